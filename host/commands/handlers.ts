import { type Command } from "commander"
import { paintFor } from "../colour.ts"
import type { HandlerAccount } from "../client/index.ts"
import {
    addBoardCommand,
    type BoardOptions,
    printJson,
    withBoard,
} from "./board.ts"
import { table } from "./table.ts"
import { levelName } from "../levels.ts"
import { count } from "../words.ts"

/** Adds `fiberctl handlers`: where the log goes, and the account of each handler. */
export function addHandlersCommand(program: Command): void {
    addBoardCommand(
        program,
        "handlers",
        "show the handlers of the log with their accounts",
        "handlers"
    ).action(async (options: BoardOptions) => {
        await withBoard(options, async ({ board }) => {
            const handlers = await board.handlers()
            if (options.json) return printJson(handlers)
            const rows = handlers.map(({ name, level, state, account }) => [
                name,
                levelName(level),
                state,
                account.received,
                account.delivered,
                account.queued,
                account.dropped,
            ])
            const [head, ...lines] = table(
                [
                    "HANDLER",
                    "LEVEL",
                    "STATE",
                    "RECEIVED",
                    "DELIVERED",
                    "QUEUED",
                    "DROPPED",
                ],
                rows
            )
            const paint = paintFor(process.stdout)
            console.log(paint("bold", head!))
            lines.forEach((line, i) => {
                const { state, error, account } = handlers[i]!
                const colour =
                    state === "failed"
                        ? "red"
                        : account.dropped
                          ? "yellow"
                          : undefined
                console.log(colour ? paint(colour, line) : line)
                if (error) console.log(`  ${error}`)
                const link = linkText(account)
                if (link) console.log(`  ${link}`)
            })
        })
    })
}

/** How a handler that has a connection is connected. */
function linkText(account: HandlerAccount): string {
    const { target, connected, connects = 0 } = account
    if (connected === undefined) return ""
    const { sent = 0, resent = 0, declared = 0 } = account
    return [
        `${connected ? "connected" : "not connected"} to ${target}`,
        count(connects, "connection"),
        `${sent} in flight`,
        resent ? `${resent} sent again` : "",
        declared ? count(declared, "declared gap") : "",
    ]
        .filter(Boolean)
        .join(", ")
}
