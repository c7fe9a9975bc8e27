import type { HandlerInfo } from "../log"
import { fieldsOf, serviceMark } from "../log"
import type { FlashStats } from "../platform"
import { splitText } from "../platform"
import { waitsFor } from "./dependencies"
import { plainText } from "./errors"
import {
    Failure,
    LastEnd,
    LineSource,
    MAX_FIGURES,
    MAX_RESULT_CHARS,
    MAX_STATUS_LINES,
    TaskState,
} from "./options"
import {
    BEGUN,
    DISABLED,
    isLive,
    planOf,
    SAFE,
    SHUTTING_DOWN,
    Supervisor,
    TaskRecord,
} from "./state"
import { logName } from "./task"

// The status and figures of tasks, as data (T15, T16). The field names are stable; a field that
// does not apply is left out. Times are ms since the start of the chip; those with "Wall" are Unix
// time in ms, left out while the wall clock is unknown.

/**
 * State of one task. Times are ms since the start of the chip; those with "Wall" are Unix time in
 * ms, left out while the wall clock is unknown. A field that does not apply is left out.
 */
export interface TaskStatus {
    /** Full name, as `parent.child`. */
    name: string
    state: TaskState
    /** Time of the last change of state. */
    since: number
    /** The same, Unix ms. */
    sinceWall?: number
    /** Time since then, in ms. */
    ago: number
    /** Start of the present run, or of the last one. */
    startedAt?: number
    /** End of the last run. */
    doneAt?: number
    /** The same, Unix ms. */
    doneWall?: number
    /** How long the present or last run has lasted, in ms. */
    lasted?: number
    /** Time of the next planned run or restart. */
    next?: number
    /** The same, Unix ms. */
    nextWall?: number
    /** Runs begun since boot. */
    runs: number
    /** Restarts since boot. */
    restarts?: number
    /** Runs that failed since boot. */
    failures?: number
    /** Planned runs skipped since boot. */
    skipped?: number
    /**
     * What the body or a hook returned last: a number, a boolean, or anything else as a text of at
     * most `MAX_RESULT_CHARS` characters.
     */
    result?: number | boolean | string
    /** The error of the last run that failed, or why the task could not start. */
    error?: Failure
    /** What a task waits for, in a few words for people. */
    waitsFor?: string
    /** True when it is disabled: it does not start at boot. */
    disabled?: boolean
    /** Name of the parent. */
    parent?: string
    /** Name of the last child that failed for good. */
    failedChild?: string
    /** Runs that are left behind, since they did not end in their grace period. */
    left?: number
}

/** Figures of one task. */
export interface TaskStats {
    /** Full name, as `parent.child`. */
    name: string
    /** Runs begun since boot. */
    runs: number
    /** Restarts since boot. */
    restarts: number
    /** Runs that failed since boot. */
    failures: number
    /** Planned runs skipped since boot. */
    skipped: number
    /** How long the present or last run has lasted, in ms; NaN before the first run. */
    lasted: number
    /** Figures that the task reports itself, by `Task.stats`. */
    figures: Record<string, number | string>
}

/** Figures of the device. Those of the boot journal and the flash are undefined without these. */
export interface DeviceStats {
    /** Time since the start of the chip, in ms. */
    uptime: number
    /** Number of this start, from 1; 0 before the journal has been read. */
    boot: number
    /** How the previous run of the firmware ended. */
    lastEnd: LastEnd
    /** Short starts in a row before this one. */
    shortStarts: number
    /** Whether the device is in safe mode. */
    safe: boolean
    /** Registered tasks. */
    tasks: number
    /** Fibers of supervision: one itself, one for each run under way, and those left behind. */
    fibers: number
    /** Runs left behind. */
    left: number
    /** Log handlers with their counters. */
    log: HandlerInfo[]
    /** Reads, writes and bytes written since boot. */
    flash: FlashStats
}

/** The registry as a whole, as `systemctl is-system-running` reports it. */
export interface Summary {
    /**
     * The first that applies: `stopping` before a restart, `starting` until the boot is over,
     * `maintenance` in safe mode, `degraded` when a task is `failed`, otherwise `running`.
     */
    state: "starting" | "running" | "degraded" | "maintenance" | "stopping"
    /** Registered tasks. */
    tasks: number
    /** How many tasks are in each state; a state without tasks is left out. */
    states: Record<string, number>
    /** Runs left behind. */
    left: number
}

/** State of `task` at this moment. */
export function statusOf(task: TaskRecord): TaskStatus {
    const { clock } = task.supervisor
    const now = clock.millis()
    const wall = clock.wall()
    const next = nextOf(task, now)
    const { since, doneAt } = task
    const status: TaskStatus = {
        name: task.name,
        state: task.state,
        since,
        ago: now - since,
        runs: count(task.runs),
    }
    put(status, "startedAt", startOf(task))
    put(status, "doneAt", doneAt)
    put(status, "lasted", lastedOf(task, now))
    put(status, "next", next)
    // an unknown time gives NaN, which `put` leaves out
    if (wall !== undefined) {
        const offset = wall - now
        put(status, "sinceWall", offset + since)
        put(status, "doneWall", offset + doneAt)
        put(status, "nextWall", offset + next)
    }
    put(status, "restarts", task.restarts)
    put(status, "failures", task.failures)
    put(status, "skipped", task.skipped)
    put(status, "result", shortOf(task.result))
    put(status, "error", task.error)
    put(status, "waitsFor", waitsFor(task))
    if ((task.flags & DISABLED) !== 0) status.disabled = true
    if (task.parent) status.parent = task.parent.name
    if (task.failedChild) status.failedChild = task.failedChild.name
    if (task.left > 0) status.left = task.left
    return status
}

function put(status: any, field: keyof TaskStatus, value: any): void {
    // NaN, an unknown time, does not equal itself
    if (value !== undefined && value === value) status[field] = value
}

function count(value: number | undefined): number {
    return value | 0
}

/** A result or figure: a number or boolean unchanged, anything else as a short text. */
function shortOf(value: any): any {
    const type = typeof value
    return type === "undefined" || type === "number" || type === "boolean"
        ? value
        : plainText(value, MAX_RESULT_CHARS)
}

/** Time of the next planned run or restart, in ms. */
function nextOf(task: TaskRecord, now: number): number {
    if (!isLive(task)) return task.due
    const { every } = planOf(task)
    const late = now - task.next
    // planned times that passed during the present run will count as skipped
    return late > 0 && every !== undefined
        ? task.next + Math.ceil(late / every) * every
        : task.next
}

/** Start of the present or last run. */
function startOf(task: TaskRecord): number | undefined {
    return task.state === "running" ? task.since : task.startedAt
}

/** How long the present or last run has lasted; NaN for a task that never ran. */
function lastedOf(task: TaskRecord, now: number): number {
    const end = (task.flags & BEGUN) !== 0 ? now : task.doneAt
    return end - startOf(task)
}

/** The counters of a task, which are undefined until they are used. */
const COUNTERS = "runs restarts failures skipped"
type Counter = "runs" | "restarts" | "failures" | "skipped"

/** Figures of `task` at this moment. */
export function statsOf(task: TaskRecord): TaskStats {
    const stats = { name: task.name } as TaskStats
    for (const counter of splitText(COUNTERS, " ") as Counter[])
        stats[counter] = count(task[counter])
    stats.lasted = lastedOf(task, task.supervisor.clock.millis())
    stats.figures = figuresOf(task.stats)
    return stats
}

/** The figures that the task reports itself, at most `MAX_FIGURES`. */
function figuresOf(stats: any): Record<string, number | string> {
    const figures: Record<string, number | string> = {}
    const names = fieldsOf(stats)
    if (names)
        for (const name of names.slice(0, MAX_FIGURES))
            figures[name] = shortOf(stats[name])
    return figures
}

/** Figures of the device at this moment. */
export function deviceStats(supervisor: Supervisor): DeviceStats {
    const { tasks, journal, flash, left } = supervisor
    const supervising = 1
    const stats = {
        uptime: supervisor.clock.millis(),
        safe: (supervisor.flags & SAFE) !== 0,
        tasks: tasks.length,
        fibers: supervising + tasks.filter(isLive).length + left.length,
        left: left.length,
        log: supervisor.log.handlers(),
    } as DeviceStats
    if (journal) {
        stats.boot = journal.boot
        stats.lastEnd = journal.lastEnd
        stats.shortStarts = journal.shortStarts
    }
    if (flash) {
        // a store may be its own counts: a copy is data that JSON takes
        const counts = flash.stats
        stats.flash = {
            reads: counts.reads,
            writes: counts.writes,
            bytes: counts.bytes,
        }
    }
    return stats
}

/** The registry as a whole at this moment. */
export function summaryOf(supervisor: Supervisor): Summary {
    const { tasks, flags } = supervisor
    const states: Record<string, number> = {}
    for (const task of tasks) states[task.state] = count(states[task.state]) + 1
    let state: Summary["state"] =
        states["failed"] === undefined ? "running" : "degraded"
    if ((flags & SAFE) !== 0) state = "maintenance"
    if (!supervisor.fiber) state = "starting"
    if ((flags & SHUTTING_DOWN) !== 0) state = "stopping"
    return { state, tasks: tasks.length, states, left: supervisor.left.length }
}

/** How many brackets of a line are searched: the level comes first, then the mark of the task. */
const MAX_BRACKETS = 3
/** Part of the mark of every task, and of no level. */
const SERVICE = ".service"

/**
 * The last line of each task, by mark, among the last `MAX_STATUS_LINES`. One pass for all tasks: a
 * search for each would exceed the steps that the VM allows without a wait.
 */
export function lastLines(
    source: LineSource | undefined
): Record<string, string> {
    const found: Record<string, string> = {}
    eachLine(source, (mark, line) => {
        found[mark] = line
    })
    return found
}

/** The last lines of one task, oldest first: at most `most` of the last `MAX_STATUS_LINES`. */
export function linesOf(task: TaskRecord, most: number): string[] {
    const mark = markOf(task.name)
    const lines: string[] = []
    eachLine(task.supervisor.lines, (other, line) => {
        if (other !== mark) return
        lines.push(line)
        if (lines.length > most) lines.insert(0, -1)
    })
    return lines
}

function eachLine(
    source: LineSource | undefined,
    use: (mark: string, line: string) => void
): void {
    if (!source) return
    source.each(MAX_STATUS_LINES, line => {
        const mark = markIn(line)
        if (mark) use(mark, line)
    })
}

/** The mark that the log puts before the lines of a task. */
export function markOf(name: string): string {
    return serviceMark(logName(name))
}

/** The mark of the task that wrote a line, or undefined for another line. */
function markIn(line: string): string | undefined {
    let start = line.indexOf("[")
    for (let i = 0; start >= 0 && i < MAX_BRACKETS; ++i) {
        const end = line.indexOf("]", start)
        if (end < 0) return undefined
        const word = line.slice(start + 1, end)
        if (word.indexOf(SERVICE) >= 0) return word
        start = line.indexOf("[", end)
    }
    return undefined
}
