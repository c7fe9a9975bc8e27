import type { HandlerInfo } from "../log"
import { serviceMark } from "../log"
import type { FlashStats } from "../platform"
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
    DISABLED,
    isLive,
    planOf,
    SAFE,
    SHUTTING_DOWN,
    Supervisor,
    TaskRecord,
    UP,
} from "./state"
import { logName } from "./task"

// What there is to see of tasks, as data (T15, T16). The field names are stable; a field that
// does not apply is left out. Times are ms since the start of the firmware; those with "Wall" are
// Unix ms, and left out while the wall clock is unknown.

/** State of one task. */
export interface TaskStatus {
    /** Full name, as `parent.child`. */
    name: string
    state: TaskState
    /** Last change of state. */
    since: number
    /** The same, Unix ms. */
    sinceWall?: number
    /** How long ago that was, in ms. */
    ago: number
    /** Start of the present or last run. */
    startedAt?: number
    /** End of the last run. */
    doneAt?: number
    /** The same, Unix ms. */
    doneWall?: number
    /** How long the present or last run has lasted, in ms. */
    lasted?: number
    /** Next planned run, or restart. */
    next?: number
    /** The same, Unix ms. */
    nextWall?: number
    /** Runs begun since boot. */
    runs: number
    /** Restarts since boot. */
    restarts?: number
    /** Runs that failed since boot. */
    failures?: number
    /** Planned runs left out since boot. */
    skipped?: number
    /** What the body or a hook returned last: a number or boolean, or a short text of anything else. */
    result?: number | boolean | string
    /** What the last run that failed has failed with. */
    error?: Failure
    /** What a waiting task waits for, for people. */
    waitsFor?: string
    /** True when it does not start at boot. */
    disabled?: boolean
    /** Name of the task that this one is a child of. */
    parent?: string
    /** Name of the child that failed for good last. */
    failedChild?: string
    /** Runs that did not end in their grace period and are left behind. */
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
    /** Planned runs left out since boot. */
    skipped: number
    /** How long the present or last run has lasted, in ms. */
    lasted: number
    /** What the task itself reports; see `Task.stats`. */
    figures: Record<string, number | string>
}

/** Figures of the device. What there is no source of is undefined. */
export interface DeviceStats {
    /** ms since the start of the chip. */
    uptime: number
    /** Number of this start. */
    boot: number
    /** How the previous run of the firmware ended. */
    lastEnd: LastEnd
    /** Short starts in a row before this one. */
    shortStarts: number
    /** Whether the device is in safe mode. */
    safe: boolean
    /** Registered tasks. */
    tasks: number
    /** Tasks whose fiber exists. */
    fibers: number
    /** Runs left behind. */
    left: number
    /** Log handlers with their counters: taken, dropped, queued. */
    log: HandlerInfo[]
    /** Reads and writes since boot. */
    flash: FlashStats
}

/** The registry as a whole, as `systemctl is-system-running` reports it. */
export interface Summary {
    /**
     * `starting` until the boot is over, `maintenance` in safe mode, `stopping` before a restart,
     * `degraded` when a task is failed, otherwise `running`.
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
    const { name, state, since, runs, flags, parent, failedChild } = task
    const { clock } = task.supervisor
    const now = clock.millis()
    const wall = clock.wall()
    const { doneAt, left } = task
    const next = nextOf(task, now)
    const status: TaskStatus = {
        name,
        state,
        since,
        ago: now - since,
        runs: count(runs),
    }
    put(status, "startedAt", startOf(task))
    put(status, "doneAt", doneAt)
    put(status, "lasted", lastedOf(task, now))
    put(status, "next", next)
    // a time that is not known makes NaN
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
    if ((flags & DISABLED) !== 0) status.disabled = true
    if (parent) status.parent = parent.name
    if (failedChild) status.failedChild = failedChild.name
    if (left > 0) status.left = left
    return status
}

function put(status: any, field: keyof TaskStatus, value: any): void {
    // NaN, as an unknown time, is not the same as itself
    if (value !== undefined && value === value) status[field] = value
}

function count(value: number | undefined): number {
    return value === undefined ? 0 : value
}

/** A result or figure: a number or boolean as it is, anything else as a short text. */
function shortOf(value: any): any {
    const type = typeof value
    return type === "undefined" || type === "number" || type === "boolean"
        ? value
        : plainText(value, MAX_RESULT_CHARS)
}

/** Next planned run or restart. */
function nextOf(task: TaskRecord, now: number): number {
    if (!isLive(task)) return task.due
    const { every } = planOf(task)
    const late = now - task.next
    // while a run goes on, the planned times that have passed count as skipped
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
    return (isLive(task) ? now : task.doneAt) - startOf(task)
}

/** Figures of `task` at this moment. */
export function statsOf(task: TaskRecord): TaskStats {
    return {
        name: task.name,
        runs: count(task.runs),
        restarts: count(task.restarts),
        failures: count(task.failures),
        skipped: count(task.skipped),
        lasted: lastedOf(task, task.supervisor.clock.millis()),
        figures: figuresOf(task.stats),
    }
}

/** The task's own figures, as many as are shown. */
function figuresOf(stats: any): Record<string, number | string> {
    const figures: Record<string, number | string> = {}
    if (typeof stats !== "object" || stats === null) return figures
    for (const name of Object.keys(stats).slice(0, MAX_FIGURES))
        figures[name] = shortOf(stats[name])
    return figures
}

/** Figures of the device at this moment. */
export function deviceStats(supervisor: Supervisor): DeviceStats {
    const { tasks, journal, flash, left, log, clock, flags } = supervisor
    const supervising = 1
    const stats = {
        uptime: clock.millis(),
        safe: (flags & SAFE) !== 0,
        tasks: tasks.length,
        fibers: supervising + tasks.filter(isLive).length + left.length,
        left: left.length,
        log: log.handlers(),
    } as DeviceStats
    if (journal) {
        const { boot, lastEnd, shortStarts } = journal
        stats.boot = boot
        stats.lastEnd = lastEnd
        stats.shortStarts = shortStarts
    }
    if (flash) stats.flash = flash.stats
    return stats
}

/** The registry as a whole at this moment. */
export function summaryOf(supervisor: Supervisor): Summary {
    const { tasks, left, flags } = supervisor
    const states: Record<string, number> = {}
    for (const task of tasks) states[task.state] = count(states[task.state]) + 1
    let state: Summary["state"] =
        states["failed"] === undefined ? "running" : "degraded"
    if ((flags & SAFE) !== 0) state = "maintenance"
    if ((flags & UP) === 0) state = "starting"
    if ((flags & SHUTTING_DOWN) !== 0) state = "stopping"
    return { state, tasks: tasks.length, states, left: left.length }
}

/** Brackets of a line that are looked at: the level comes first, the mark of the task next. */
const MAX_BRACKETS = 3
/** What is in the mark of any task, and in no level. */
const SERVICE = ".service"

/**
 * The last lines of all tasks, by mark, among the last `MAX_STATUS_LINES`. One pass for all tasks:
 * a search for each would take more steps than a slice has.
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

/** The last lines of one task, oldest first, at most `most`. */
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

/** The mark of the task that has written a line, or undefined. */
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
