import { type Command } from "commander"
import {
    addBoardCommand,
    type BoardOptions,
    printJson,
    withBoard,
} from "./board.ts"

/** Adds `fiberctl cat`: the options of a task, as its program and the flash give them. */
export function addCatCommand(program: Command): void {
    addBoardCommand(
        program,
        "cat",
        "show the options of tasks that are in force",
        "cat network"
    )
        .argument("<names...>", "names of tasks, * for any characters")
        .action(async (names: string[], options: BoardOptions) => {
            await withBoard(options, async ({ board }) => {
                const tasks = await board.options(...names)
                if (options.json) return printJson(tasks)
                for (const { name, options } of tasks) {
                    console.log(`# ${name}`)
                    for (const [key, value] of Object.entries(options))
                        console.log(`${key}=${String(value)}`)
                }
            })
        })
}
