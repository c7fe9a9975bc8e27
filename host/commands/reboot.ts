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
            const before = await board.run()
            const began = performance.now()
            await board.reboot()
            for (;;) {
                await new Promise(resolve => setTimeout(resolve, LOOK_MS))
                if (performance.now() - began > TIMEOUT_MS)
                    throw new TimedOutError(
                        `the board did not start again within ${duration(TIMEOUT_MS)}`
                    )
                const run = await board.runAfter(before).catch(() => undefined)
                if (!run) continue
                const took = Math.round(performance.now() - began)
                const { boot } = run
                if (options.json) return printJson({ boot, took })
                // a firmware without a journal does not count its boots
                const what =
                    boot === undefined ? "started again" : `boot ${boot}`
                console.log(`${what}, after ${duration(took)}`)
                return
            }
        })
    })
}
