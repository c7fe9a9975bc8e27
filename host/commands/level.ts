import { type Command } from "commander"
import { UsageError } from "../errors.ts"
import {
    addBoardCommand,
    type BoardOptions,
    printJson,
    withBoard,
} from "./board.ts"

/** Adds `fiberctl level`: the levels of the log, shown or set until the next start. */
export function addLevelCommand(program: Command): void {
    addBoardCommand(
        program,
        "level",
        "show or set the levels of the log, until the next start",
        "level 'info debug@net warning@task.*'"
    )
        .argument("[spec]", "levels, as info debug@net warning@task.*")
        .action(async (spec: string | undefined, options: BoardOptions) => {
            // as of a shell's variable that is not set: the board would take it as info
            if (spec?.trim() === "")
                throw new UsageError("levels are wanted, as info debug@net")
            await withBoard(options, async ({ board }) => {
                if (spec !== undefined) await board.setLevels(spec)
                const levels = await board.levels()
                if (options.json) printJson(levels)
                else console.log(levels.spec)
            })
        })
}
