import { type Command } from "commander"
import { paintFor } from "../colour.ts"
import type { Board, RingLine, TaskStatus } from "../client/index.ts"
import {
    addBoardCommand,
    askAll,
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

/** A board as it is shown: its tasks, with the last lines of each. */
interface BoardStatus {
    summary: Summary
    tasks: TaskStatus[]
    lines: string[][]
    resolve: Target["resolve"]
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
            const { all, json } = options
            const read = (target: Target) =>
                readStatus(target, patterns, options)
            if (all)
                await withBoards(options, async targets => {
                    const boards = await askAll(targets, read)
                    if (json) printJson({ boards: boards.map(dataOf) })
                    else boards.forEach(showStatus)
                })
            else
                await withBoard(options, async target => {
                    const status = await read(target)
                    if (json) printJson(dataOf(status))
                    else showStatus(status)
                })
        })
}

/** Reads a board's status. */
async function readStatus(
    { board, resolve }: Target,
    patterns: string[],
    { failed, json }: StatusOptions
): Promise<BoardStatus> {
    const isChosen = patterns.length > 0
    const [info, chosen, ring] = await Promise.all([
        board.info(),
        board.tasks(...patterns),
        json ? [] : lastLines(board, isChosen ? 0 : -LAST_LINES),
    ])
    const tasks = failed
        ? chosen.filter(({ state }) => state === "failed")
        : chosen
    const most = isChosen ? LINES : 1
    const lines = tasks.map(({ name }) => linesOf(ring, name, most))
    return { summary: summarise(info), tasks, lines, resolve }
}

/** What of a board's status is printed as JSON. */
function dataOf({ summary, tasks }: BoardStatus) {
    return { summary, tasks }
}

function showStatus({ summary, tasks, lines, resolve }: BoardStatus): void {
    const paint = paintFor(process.stdout)
    console.log(summaryLine(summary, paint))
    tasks.forEach((task, at) =>
        console.log(taskText(task, lines[at]!, paint, resolve))
    )
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
