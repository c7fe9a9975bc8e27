import { type Command } from "commander"
import { paintFor } from "../colour.ts"
import type { Board, RingLine, TaskStatus } from "../client/index.ts"
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

/** Log lines shown below a task that the user has named; below any other one at most. */
const LINES = 5
/**
 * Lines of the log that are searched for each task's last one when all tasks are shown: a board
 * sends 11 KB a second, and the whole ring would take longer than everything else together.
 */
const LAST_LINES = 20

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
    const isChosen = patterns.length > 0
    const [info, chosen, lines] = await Promise.all([
        board.info(),
        board.tasks(...patterns),
        json ? [] : lastLines(board, isChosen ? 0 : -LAST_LINES),
    ])
    const tasks = failed
        ? chosen.filter(({ state }) => state === "failed")
        : chosen
    const summary = summarise(info)
    if (json) return { summary, tasks }
    const paint = paintFor(process.stdout)
    const most = isChosen ? LINES : 1
    console.log(summaryLine(summary, paint))
    for (const task of tasks)
        console.log(
            taskText(task, linesOf(lines, task.name, most), paint, resolve)
        )
    return { summary, tasks }
}

/** Lines of the ring from an index on; none of a firmware without a ring. */
async function lastLines(board: Board, from: number): Promise<RingLine[]> {
    try {
        return (await board.lines(from)).lines
    } catch (error) {
        if ((error as Error).name === "UnsupportedError") return []
        throw error
    }
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
