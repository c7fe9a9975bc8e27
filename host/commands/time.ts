import { type Command } from "commander"
import {
    addBoardCommand,
    type BoardOptions,
    printJson,
    withBoard,
} from "./board.ts"
import { aheadText, wallTime } from "../words.ts"

/** Adds `fiberctl time`: the board's clock, shown or set by this machine's. */
export function addTimeCommand(program: Command): void {
    addBoardCommand(
        program,
        "time",
        "show the clock of a board, or set it to this machine's",
        "time --sync"
    )
        .option("--sync", "set it")
        .action(async (options: BoardOptions & { sync?: boolean }) => {
            await withBoard(options, async ({ board }) => {
                if (options.sync) await board.setTime(Date.now())
                const asked = Date.now()
                const { wall } = await board.info()
                // the board read its clock half-way between question and answer
                const now = (asked + Date.now()) / 2
                const ahead =
                    wall === undefined ? undefined : Math.round(wall - now)
                if (options.json) printJson({ wall, ahead })
                else if (wall === undefined) console.log("not known")
                else console.log(`${wallTime(wall)}, ${aheadText(ahead!)}`)
            })
        })
}
