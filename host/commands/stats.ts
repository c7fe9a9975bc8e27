import { type Command } from "commander"
import { paintFor } from "../colour.ts"
import type { TaskStats } from "../client/index.ts"
import {
    addBoardCommand,
    boardName,
    type BoardOptions,
    printJson,
    withBoard,
} from "./board.ts"
import { table } from "./table.ts"
import { count, duration, writesText } from "../words.ts"

/** Adds `fiberctl stats`: figures of the device and its tasks. */
export function addStatsCommand(program: Command): void {
    addBoardCommand(
        program,
        "stats",
        "show figures of the device and of its tasks",
        "stats 'net*'"
    )
        .argument("[patterns...]", "names of tasks, * for any characters")
        .action(async (patterns: string[], options: BoardOptions) => {
            await withBoard(options, async ({ board }) => {
                const info = await board.info()
                const tasks = await board.stats(...patterns)
                if (options.json) return printJson({ info, tasks })
                const paint = paintFor(process.stdout)
                const { boot, flash, file, figures } = info
                const facts = [
                    `up ${duration(info.uptime)}`,
                    // a firmware without a journal does not count its boots
                    ...(boot === undefined ? [] : [`boot ${boot}`]),
                    count(info.tasks, "task"),
                    count(info.fibers, "fiber"),
                    `${info.left} left behind`,
                ]
                console.log(
                    `${paint("bold", boardName(info))}: ${facts.join(", ")}`
                )
                if (flash) console.log(`flash: ${writesText(flash)}`)
                if (file)
                    console.log(
                        `flash log: ${count(file.bytes, "byte")} of lines in ${count(file.writes, "write")}, ${count(file.programmed, "byte")} programmed`
                    )
                for (const [name, value] of Object.entries(figures ?? {}))
                    console.log(`${name}: ${value}`)
                const [head, ...lines] = table(
                    [
                        "TASK",
                        "RUNS",
                        "RESTARTS",
                        "FAILURES",
                        "SKIPPED",
                        "LASTED",
                        "FIGURES",
                    ],
                    tasks.map(row)
                )
                console.log(paint("bold", head!))
                for (const line of lines) console.log(line)
            })
        })
}

function row(stats: TaskStats): (string | number)[] {
    const { name, runs, restarts, failures, skipped, lasted, figures } = stats
    return [
        name,
        runs,
        restarts,
        failures,
        skipped,
        lasted === undefined ? "-" : duration(lasted),
        Object.entries(figures)
            .map(([key, value]) => `${key}=${value}`)
            .join(" "),
    ]
}
