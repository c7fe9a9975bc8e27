import { Argument, type Command } from "commander"
import {
    addBoardCommand,
    type BoardOptions,
    printJson,
    withBoard,
} from "./board.ts"

/** Adds `fiberctl safe-mode`: only core tasks run, so that the rest can be repaired. */
export function addSafeModeCommand(program: Command): void {
    addBoardCommand(
        program,
        "safe-mode",
        "show, begin or end safe mode, in which only core tasks run",
        "safe-mode on"
    )
        .addArgument(new Argument("[state]", "wanted").choices(["on", "off"]))
        .action(async (state: string | undefined, options: BoardOptions) => {
            await withBoard(options, async ({ board }) => {
                if (state !== undefined) await board.safeMode(state === "on")
                const { safe } = await board.info()
                if (options.json) printJson({ safe })
                else console.log(safe ? "on" : "off")
            })
        })
}
