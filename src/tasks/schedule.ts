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
 * After the clock was set back: a planned run that is at most this, in ms, and at most half a
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
    const first = delay ?? every
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
    passRuns(task, now, 1)
}

/**
 * Continues a plan: follows the wall clock, and skips and counts the planned runs whose time has
 * passed.
 * @returns whether a run is planned
 */
export function refreshPlan(task: TaskRecord): boolean {
    // asked here, since most plans are not by the wall clock
    if (task.next === undefined || task.nextWall !== undefined) followWall(task)
    // a run of this very moment has not passed
    passRuns(task, task.supervisor.clock.millis() - 1, 0)
    return isPlanned(task)
}

/** Plans the run after those up to `until`, of which `taken` are counted as begun, not skipped. */
function passRuns(task: TaskRecord, until: number, taken: number): void {
    const late = until - task.next
    // also for an unknown time
    if (!(late >= 0)) return
    const { every } = planOf(task)
    const runs = every === undefined ? 1 : Math.floor(late / every) + 1
    if (runs > taken) countUp(task, "skipped", runs - taken)
    if (every === undefined) return dropPlan(task)
    task.next += runs * every
    if (task.nextWall !== undefined) task.nextWall += runs * every
}

/**
 * Adapts a plan by the wall clock to the clock as it is now: when the plan begins, and whenever the
 * clock is set. A clock that was set past the planned time makes the run due at once. When the
 * clock was set back, the next run is the next occurrence after the new time.
 */
export function followWall(task: TaskRecord): void {
    const { at, every } = planOf(task)
    if (at === undefined || !isPlanned(task)) return
    const { clock } = task.supervisor
    const { offset } = clock
    if (offset === undefined) {
        task.next = undefined
        return
    }
    const wall = clock.millis() + offset
    const before = task.nextWall
    if (before === undefined || before > wall) {
        const isBegun = (task.flags & PLAN_BEGUN) !== 0
        let next = before
        let period = every
        if (!isBegun) {
            next = at as number
            if (typeof at === "string") {
                next = parseTimeOfDay(at)
                period = DAY_MS
            }
        }
        // the first time of the grid after `wall`; a first run in the future stays
        if (period !== undefined && (isBegun || next <= wall))
            next += (Math.floor((wall - next) / period) + 1) * period
        if (isBegun && next < before) {
            const sinceLast = next - offset - task.lastPlanned
            if (sinceLast <= Math.min(every / 2, SAME_RUN_MS)) next += every
        }
        task.nextWall = next
    }
    task.next = task.nextWall - offset
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
