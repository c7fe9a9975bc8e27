import { type Command } from "commander"
import { addBoardCommand } from "./board.ts"
import type { TopOptions } from "./top-run.ts"

/** Adds `fiberctl top`: a live view of the tasks of a board. */
export function addTopCommand(program: Command): void {
    addBoardCommand(
        program,
        "top",
        "show tasks, rates and queues of a board live; keys: arrows, s stop or start, r restart, o sort, / filter, q quit",
        "top"
    )
        .option("--once", "print it once and end")
        .action(async (options: TopOptions) => {
            const { runTop } = await import("./top-run.ts")
            await runTop(options)
        })
}
