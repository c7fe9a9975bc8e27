import { type Command } from "commander"
import { paintFor } from "../colour.ts"
import type { RingLine, TaskStatus } from "../client/index.ts"
import {
    addBoardCommand,
    type BoardOptions,
    printJson,
    type Target,
    withBoard,
    withBoards,
} from "./board.ts"
import {
    type Summary,
    summarise,
    summaryLine,
    taskText,
} from "./status-text.ts"

/** Lines of a task's log below it, when it was asked for. */
const LINES = 5

interface StatusOptions extends BoardOptions {
    failed?: boolean
}

/** A board as it is shown. */
interface BoardStatus {
    summary: Summary
    tasks: TaskStatus[]
}

/** Adds `fiberctl status`: what the board and its tasks do. */
export function addStatusCommand(program: Command): void {
    addBoardCommand(
        program,
        "status",
        "show what a board and its tasks do",
        "status 'net*'"
    )
        .argument("[patterns...]", "names of tasks, * for any characters")
        .option("--failed", "only tasks that have failed")
        .option("--all", "all boards on the bus")
        .action(async (patterns: string[], options: StatusOptions) => {
            if (options.all)
                await withBoards(options, async targets => {
                    const boards: BoardStatus[] = []
                    for (const target of targets)
                        boards.push(await showStatus(target, patterns, options))
                    if (options.json) printJson({ boards })
                })
            else
                await withBoard(options, async target => {
                    const status = await showStatus(target, patterns, options)
                    if (options.json) printJson(status)
                })
        })
}

/** Reads a board's status, and shows it unless JSON is wanted. */
async function showStatus(
    { board, resolve }: Target,
    patterns: string[],
    { failed, json }: StatusOptions
): Promise<BoardStatus> {
    const info = await board.info()
    const chosen = await board.tasks(...patterns)
    const tasks = failed
        ? chosen.filter(({ state }) => state === "failed")
        : chosen
    const summary = summarise(info)
    if (json) return { summary, tasks }
    const paint = paintFor(process.stdout)
    const lines = info.next === undefined ? [] : (await board.lines()).lines
    const most = patterns.length ? LINES : 1
    console.log(summaryLine(summary, paint))
    for (const task of tasks)
        console.log(
            taskText(task, linesOf(lines, task.name, most), paint, resolve)
        )
    return { summary, tasks }
}

/** The last lines that a task has logged. */
export function linesOf(
    lines: RingLine[],
    task: string,
    most: number
): string[] {
    // a child's mark is `parent.service.child`
    const [parent, ...child] = task.split(".")
    const mark = `[${[parent, "service", ...child].join(".")}]`
    return lines
        .map(({ text }) => text)
        .filter(text => text.includes(mark))
        .slice(-most)
}
