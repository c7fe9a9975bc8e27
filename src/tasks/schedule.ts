import { rfc3339 } from "../platform"
import {
    countUp,
    lower,
    PLAN_BEGUN,
    PLANNED,
    planOf,
    raise,
    TaskRecord,
} from "./state"

// When a task runs next (T10). These functions change the plan in its record, but no state and no
// timer. Periods count from the planned time, not from the present, so delays do not add up.

const DAY_MS = 86_400_000
/** Position of the time of day in an RFC 3339 time. */
const TIME_AT = 11
/**
 * After the clock was set back: a planned run that is less than this, in ms, and less than half a
 * period after the last one counts as the same run and is left out.
 */
const SAME_RUN_MS = 3_600_000

/** Whether a run of `task` is planned. */
export function isPlanned(task: TaskRecord): boolean {
    return (task.flags & PLANNED) !== 0
}

/**
 * Begins the plan of a task.
 * @returns false when it has none, or its first run starts at once (`every` alone)
 */
export function beginPlan(task: TaskRecord): boolean {
    const { in: delay, every, at } = planOf(task)
    const first = delay === undefined ? every : delay
    if (first === undefined && at === undefined) return false
    raise(task, PLANNED)
    if (at === undefined) {
        task.next = task.supervisor.clock.millis() + first
        return delay !== undefined
    }
    followWall(task)
    return true
}

/** Removes the planned run. */
export function dropPlan(task: TaskRecord): void {
    // a field that was set takes heap, even if it is undefined
    if (!isPlanned(task)) return
    lower(task, PLANNED | PLAN_BEGUN)
    task.next = undefined
    task.nextWall = undefined
}

/** Takes the run that is due now, counts those that were missed, and plans the next. */
export function consumeRun(task: TaskRecord, now: number): void {
    task.flags |= PLAN_BEGUN
    if (task.nextWall !== undefined) task.lastPlanned = now
    const { every } = planOf(task)
    skipRuns(task, every, Math.floor((now - task.next) / every), 1)
}

/**
 * Continues a plan: follows the wall clock, and skips and counts the planned runs whose time has
 * passed.
 * @returns whether a run is planned
 */
export function refreshPlan(task: TaskRecord): boolean {
    const { at, every } = planOf(task)
    if (at !== undefined) followWall(task)
    const late = task.supervisor.clock.millis() - task.next
    if (late > 0)
        skipRuns(
            task,
            every,
            every === undefined ? 1 : Math.ceil(late / every),
            0
        )
    return isPlanned(task)
}

/** Counts `missed` planned runs as skipped, and plans the run after these and `taken` others. */
function skipRuns(
    task: TaskRecord,
    every: number | undefined,
    missed: number,
    taken: number
): void {
    if (missed > 0) countUp(task, "skipped", missed)
    if (every === undefined) return dropPlan(task)
    const ms = (missed + taken) * every
    task.next += ms
    if (task.nextWall !== undefined) task.nextWall += ms
}

/**
 * Adapts a plan by the wall clock to the clock as it is now: when the plan begins, and whenever the
 * clock is set. A clock that was set past the planned time makes the run due at once. When the
 * clock was set back, the next run is the next occurrence after the new time.
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

/** The time that `at` names, in Unix ms: for a time of day, its first occurrence after `wall`. */
function occurrence(at: number | string, wall: number): number {
    if (typeof at === "number") return at
    return onGrid(parseTimeOfDay(at), DAY_MS, wall)
}

/** The first `phase + n * every` after `wall`, all in ms. */
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
    // write the time again: only a valid text comes back unchanged
    const written = rfc3339(ms).slice(TIME_AT, TIME_AT + length)
    return written === text ? ms : undefined
}
