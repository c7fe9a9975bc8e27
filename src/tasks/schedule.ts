import { rfc3339 } from "../platform"
import { countUp, planOf, PLAN_BEGUN, PLANNED, TaskRecord } from "./state"

// When a task runs next (T10): arithmetic on its record; no state is changed, no timer set.
// Periods count from the planned time, not from the present, so delays do not add up.

const DAY_MS = 86_400_000
/** Where the time of day begins in a time after RFC 3339. */
const TIME_AT = 11
/**
 * A run that lies less than this, or half a period, after the one before is taken for the same
 * one: the clock was set back by a little.
 */
const SAME_RUN_MS = 3_600_000

/** Whether a run of `task` is planned. */
export function isPlanned(task: TaskRecord): boolean {
    return (task.flags & PLANNED) !== 0
}

/**
 * Begins the plan of a task.
 * @returns false when it has none, or its first run starts at once
 */
export function beginPlan(task: TaskRecord): boolean {
    const { in: delay, every, at } = planOf(task)
    const first = delay === undefined ? every : delay
    if (first === undefined && at === undefined) return false
    task.flags |= PLANNED
    if (at === undefined) {
        task.next = task.supervisor.clock.millis() + first
        return delay !== undefined
    }
    followWall(task)
    return true
}

/** Forgets what is planned. */
export function dropPlan(task: TaskRecord): void {
    // a field that is set takes heap, also to undefined
    if (!isPlanned(task)) return
    task.flags &= ~(PLANNED | PLAN_BEGUN)
    task.next = undefined
    task.nextWall = undefined
}

/** Uses up the run that is due now, counts those that were missed, and plans the one after it. */
export function consumeRun(task: TaskRecord, now: number): void {
    task.flags |= PLAN_BEGUN
    if (task.nextWall !== undefined) task.lastPlanned = now
    const { every } = planOf(task)
    skipRuns(task, every, Math.floor((now - task.next) / every), 1)
}

/**
 * Goes on with a plan: follows the wall clock, and counts the planned runs whose time has passed
 * while one was going on.
 * @returns whether a run is planned
 */
export function refreshPlan(task: TaskRecord): boolean {
    const { at, every } = planOf(task)
    if (at !== undefined) followWall(task)
    const late = task.supervisor.clock.millis() - task.next
    if (late > 0)
        skipRuns(task, every, every === undefined ? 1 : Math.ceil(late / every))
    return isPlanned(task)
}

/** Leaves out planned runs; the next one is that after them, and after `taken` that take place. */
function skipRuns(
    task: TaskRecord,
    every: number | undefined,
    missed: number,
    taken = 0
): void {
    if (missed > 0) countUp(task, "skipped", missed)
    if (every === undefined) return dropPlan(task)
    const ms = (missed + taken) * every
    task.next += ms
    if (task.nextWall !== undefined) task.nextWall += ms
}

/**
 * Makes a plan by the wall clock fit the clock as it is now: when it begins, and whenever the
 * clock is set. A run whose time was passed over is due at once; a clock that was set back makes
 * the next occurrence after the new time the next run.
 */
export function followWall(task: TaskRecord): void {
    const { clock } = task.supervisor
    const { at, every } = planOf(task)
    if (at === undefined || !isPlanned(task)) return
    const wall = clock.wall()
    if (wall === undefined) {
        task.next = undefined
        return
    }
    const before = task.nextWall
    const offset = clock.millis() - wall
    if (before === undefined || before > wall) {
        const isBegun = (task.flags & PLAN_BEGUN) !== 0
        const first = isBegun ? before : occurrence(at, wall)
        let next = first
        if (every !== undefined && (isBegun || first <= wall))
            next = onGrid(first, every, wall)
        if (isBegun && next < before) {
            const sinceLast = next + offset - task.lastPlanned
            if (sinceLast < Math.min(every / 2, SAME_RUN_MS)) next += every
        }
        task.nextWall = next
    }
    task.next = task.nextWall + offset
}

/** The moment that a plan names, in Unix ms; of a time of day the first one after `wall`. */
function occurrence(at: number | string, wall: number): number {
    if (typeof at === "number") return at
    return onGrid(parseTimeOfDay(at), DAY_MS, wall)
}

/** The first of `phase + n * every` after `wall`. */
function onGrid(phase: number, every: number, wall: number): number {
    return phase + (Math.floor((wall - phase) / every) + 1) * every
}

/**
 * Reads a time of day.
 * @param text `HH:MM` or `HH:MM:SS`
 * @returns ms since midnight, or undefined for anything else
 */
export function parseTimeOfDay(text: string): number | undefined {
    const { length } = text
    if (length !== 5 && length !== 8) return undefined
    const minutes = +text.slice(0, 2) * 60 + +text.slice(3, 5)
    const seconds = length === 8 ? +text.slice(6) : 0
    const ms = (minutes * 60 + seconds) * 1000
    // a text that is no time is not what is written for the time made of it
    const written = rfc3339(ms).slice(TIME_AT, TIME_AT + length)
    return written === text ? ms : undefined
}
