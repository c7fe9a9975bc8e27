import { type Command } from "commander"
import type { TaskStatus } from "../client/index.ts"
import {
    addBoardCommand,
    type BoardOptions,
    printJson,
    withBoard,
} from "./board.ts"

const VERBS = {
    start: "start tasks, with what they require",
    stop: "stop tasks, and wait for their ends",
    restart: "stop tasks and start them again",
    enable: "let tasks start at boot again, and start them",
    disable: "stop tasks and keep them from starting, across resets",
}
type Verb = keyof typeof VERBS

/** Adds `start`, `stop`, `restart`, `enable` and `disable`. */
export function addControlCommands(program: Command): void {
    for (const verb of Object.keys(VERBS) as Verb[])
        addBoardCommand(program, verb, VERBS[verb], `${verb} network 'net*'`)
            .argument("<names...>", "names of tasks, * for any characters")
            .action(async (names: string[], options: BoardOptions) => {
                await withBoard(options, async ({ board }) => {
                    await board[verb](...names)
                    const tasks = await board.tasks(...names)
                    if (options.json) printJson(tasks.map(shortStatus))
                    else
                        for (const { name, state } of tasks)
                            console.log(`${name}: ${state}`)
                })
            })
}

function shortStatus({ name, state, since }: TaskStatus) {
    return { name, state, since }
}
