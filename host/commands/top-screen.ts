// What `fiberctl top` shows, as lines: no terminal, no board.
import type { Paint } from "../colour.ts"
import type {
    HandlerAccount,
    HandlerInfo,
    TaskStats,
    TaskStatus,
} from "../client/index.ts"
import { type Summary, summaryLine } from "./status-text.ts"
import { table } from "./table.ts"
import { count, duration, writesText } from "../words.ts"

/** What is known of the board at one moment. */
export interface TopSample {
    /** When it was read, in ms of this machine. */
    at: number
    summary: Summary
    tasks: TaskStatus[]
    stats: TaskStats[]
    handlers: HandlerInfo[]
}

/** Head of the tasks, one task and the last line. */
const LEAST_TABLE_ROWS = 3

export const SORTS = ["name", "state", "runs", "failures"] as const
export type Sort = (typeof SORTS)[number]

/** What the user has chosen. */
export interface TopView {
    sort: Sort
    filter: string
    /** Name of the chosen task. */
    chosen?: string
    /** The last line: a question, an answer, or what went wrong. */
    note: string
    isLost: boolean
}

/** The tasks that are shown, in their order. */
export function visibleTasks(sample: TopSample, view: TopView): TaskStatus[] {
    const { sort, filter } = view
    const failures = new Map(
        sample.stats.map(({ name, failures }) => [name, failures])
    )
    const weight = (task: TaskStatus) =>
        sort === "runs" ? task.runs : (failures.get(task.name) ?? 0)
    return sample.tasks
        .filter(({ name }) => name.includes(filter))
        .sort((a, b) => {
            if (sort === "name") return a.name.localeCompare(b.name)
            if (sort === "state")
                return (
                    a.state.localeCompare(b.state) ||
                    a.name.localeCompare(b.name)
                )
            return weight(b) - weight(a) || a.name.localeCompare(b.name)
        })
}

/** The chosen task; none while the filter hides it, as nobody means what is not seen. */
export function chosenTask(
    sample: TopSample,
    view: TopView
): TaskStatus | undefined {
    return visibleTasks(sample, view).find(({ name }) => name === view.chosen)
}

/** The whole screen, cut to its size. @param before an earlier sample, for rates */
export function renderTop(
    sample: TopSample,
    before: TopSample | undefined,
    view: TopView,
    size: { columns: number; rows: number },
    paint: Paint
): string[] {
    const { columns, rows } = size
    const tasks = visibleTasks(sample, view)
    const [head, ...body] = taskLines(tasks, sample)
    // in a small terminal the first of them, so that a task has room
    const top = [
        summaryLine(sample.summary, plain),
        logLine(sample, before),
        flashLine(sample),
    ]
        .map(line => line.slice(0, columns))
        .slice(0, Math.max(1, rows - LEAST_TABLE_ROWS))
    if (view.isLost) top[0] = paint("red", "the board is lost, waiting for it")
    const room = Math.max(0, rows - top.length - 2)
    const chosen = tasks.findIndex(({ name }) => name === view.chosen)
    const first = Math.max(0, Math.min(chosen - room + 1, tasks.length - room))
    const shown = body.slice(first, first + room).map((line, i) => {
        const text = line.slice(0, columns)
        const task = tasks[first + i]!
        // to be seen without colours, too
        if (task.name === view.chosen)
            return paint("bold", `${line.slice(0, columns - 2)} <`)
        return task.state === "failed" ? paint("red", text) : text
    })
    return [
        ...top,
        paint("bold", head!.slice(0, columns)),
        ...shown,
        view.note.slice(0, columns),
    ].slice(0, rows)
}

function taskLines(tasks: TaskStatus[], { stats }: TopSample): string[] {
    const byName = new Map(stats.map(one => [one.name, one]))
    return table(
        [
            "TASK",
            "STATE",
            "SINCE",
            "RUNS",
            "RESTARTS",
            "FAILURES",
            "NEXT",
            "LAST ERROR",
        ],
        tasks.map(task => {
            const { name, state, ago, since, next, runs, error } = task
            const figures = byName.get(name)
            return [
                name,
                state,
                duration(ago),
                runs,
                figures?.restarts ?? 0,
                figures?.failures ?? 0,
                next === undefined ? "-" : duration(next - since - ago),
                error ? error.message : "",
            ]
        })
    )
}

function logLine(
    { handlers, at }: TopSample,
    before: TopSample | undefined
): string {
    const seconds = before ? (at - before.at) / 1000 : 0
    const parts = handlers.map(({ name, account, state }) => {
        const { received, queued, dropped } = account
        const old = before?.handlers.find(handler => handler.name === name)
        const rate =
            old && seconds > 0
                ? `${((received - old.account.received) / seconds).toFixed(1)}/s`
                : `${received}`
        return (
            `${name} ${rate}` +
            (queued ? `, ${queued} queued` : "") +
            (dropped ? `, ${dropped} dropped` : "") +
            linkText(account) +
            (state === "failed" ? ", failed" : "")
        )
    })
    return `log: ${parts.join("; ")}`
}

/** How a connection is, of a handler that has one. */
function linkText({ connected, sent }: HandlerAccount): string {
    if (connected === undefined) return ""
    return connected
        ? `, connected${sent ? `, ${sent} in flight` : ""}`
        : ", not connected"
}

function flashLine({ summary }: TopSample): string {
    const { fibers, flash, figures } = summary
    const own = Object.entries(figures ?? {}).map(
        ([name, value]) => `${name} ${value}`
    )
    return [
        count(fibers, "fiber"),
        flash ? `flash ${writesText(flash)}` : "",
        ...own,
    ]
        .filter(Boolean)
        .join("; ")
}

function plain(_: unknown, text: string): string {
    return text
}
