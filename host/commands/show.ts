import { type Command } from "commander"
import { paintFor } from "../colour.ts"
import {
    addBoardCommand,
    type BoardOptions,
    printJson,
    withBoard,
} from "./board.ts"
import { UsageError } from "../errors.ts"
import { failureText } from "../failure-text.ts"
import { linesOf } from "./status.ts"

/** Adds `fiberctl show`: everything that is known of a task. */
export function addShowCommand(program: Command): void {
    addBoardCommand(
        program,
        "show",
        "show all fields of a task, with file and line of its last error",
        "show network"
    )
        .argument("<name>", "name of a task")
        .action(async (name: string, options: BoardOptions) => {
            // the signs of a selection, which may be that of no task or of many
            if (/[*:]/.test(name))
                throw new UsageError(
                    `show wants the name of one task, not "${name}"`
                )
            await withBoard(options, async ({ board, resolve }) => {
                const [task] = await board.tasks(name)
                const [stats] = await board.stats(name)
                const { lines } = await board.lines()
                const error = task!.error && failureText(task!.error, resolve)
                const fields = {
                    ...task,
                    ...stats,
                    error,
                    lines: linesOf(lines, task!.name, 10).map(resolve),
                }
                if (options.json) printJson(fields)
                else showFields(fields)
            })
        })
}

function showFields(fields: Record<string, unknown>): void {
    const paint = paintFor(process.stdout)
    for (const [key, value] of Object.entries(fields)) {
        if (value === undefined) continue
        const text = Array.isArray(value)
            ? value.map(line => `\n  ${line}`).join("")
            : typeof value === "object"
              ? JSON.stringify(value)
              : String(value)
        console.log(`${paint("bold", key)}=${text}`)
    }
}
