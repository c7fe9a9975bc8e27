import { type Command } from "commander"
import { paintFor } from "../colour.ts"
import {
    addBoardCommand,
    askAll,
    type BoardOptions,
    printJson,
    withBoards,
} from "./board.ts"
import { table } from "./table.ts"
import { duration } from "../words.ts"

/** Adds `fiberctl devices`: the boards on a bus. */
export function addDevicesCommand(program: Command): void {
    addBoardCommand(
        program,
        "devices",
        "list the boards on the bus",
        "devices --bus 127.0.0.1:8082"
    ).action(async (options: BoardOptions) => {
        await withBoards(options, async targets => {
            const boards = await askAll(targets, ({ board }) => board.info())
            if (options.json) return printJson(boards)
            const [head, ...lines] = table(
                ["DEVICE", "HOSTNAME", "STATE", "BOOT", "UP"],
                boards.map(({ device, hostname, state, boot, uptime }) => [
                    device,
                    hostname ?? "-",
                    state,
                    boot ?? "-",
                    duration(uptime),
                ])
            )
            console.log(paintFor(process.stdout)("bold", head!))
            for (const line of lines) console.log(line)
        })
    })
}
