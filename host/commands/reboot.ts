import { type Command } from "commander"
import { TimedOutError } from "../client/errors.ts"
import {
    addBoardCommand,
    type BoardOptions,
    printJson,
    withBoard,
} from "./board.ts"
import { duration } from "../words.ts"

/** Longest time until the firmware runs again, in ms: tasks may take their grace period. */
const TIMEOUT_MS = 60_000
const LOOK_MS = 200

/** Adds `fiberctl reboot`: stops the tasks, restarts the firmware, waits for it. */
export function addRebootCommand(program: Command): void {
    addBoardCommand(
        program,
        "reboot",
        "stop all tasks, restart the firmware and wait until it runs",
        "reboot"
    ).action(async (options: BoardOptions) => {
        await withBoard(options, async ({ board }) => {
            const before = await board.info()
            const began = performance.now()
            await board.reboot()
            for (;;) {
                await new Promise(resolve => setTimeout(resolve, LOOK_MS))
                if (performance.now() - began > TIMEOUT_MS)
                    throw new TimedOutError(
                        `the board did not start again within ${duration(TIMEOUT_MS)}`
                    )
                const info = await board.info().catch(() => undefined)
                if (
                    !info ||
                    isSameRun(before.boot, info.boot, began, info.uptime)
                )
                    continue
                const took = Math.round(performance.now() - began)
                if (options.json) printJson({ boot: info.boot, took })
                else
                    console.log(
                        `boot ${info.boot ?? "?"}, after ${duration(took)}`
                    )
                return
            }
        })
    })
}

/** Whether an answer is of the run before; a firmware without a journal has no boot number. */
function isSameRun(
    before: number | undefined,
    boot: number | undefined,
    began: number,
    uptime: number
): boolean {
    return before ? before === boot : performance.now() - began < uptime
}
