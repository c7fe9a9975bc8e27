import { Plan } from "./options"
import { PLAN_BEGUN, PLANNED } from "./state"

// When a task runs next (T10). Arithmetic on what is passed in: monotonic time `now` and wall
// clock `wall` in ms; no state is changed, no timer set. Periods count from the planned time, not
// from the present, so delays do not add up.

const DAY_MS = 86_400_000
/**
 * A run that lies less than this, or half a period, after the one before is taken for the same
 * one: the clock was set back by a little.
 */
const SAME_RUN_MS = 3_600_000

/** What a plan has come to; a part of the record of a task. */
export interface PlanProgress {
    flags: number
    /** Monotonic time of the next planned run; undefined while it is not known. */
    next: number
    /** The same as Unix time, for a plan by the wall clock. */
    nextWall: number
    /** Planned runs that did not take place. */
    skipped: number
    /** When the last run planned by the wall clock was due, in monotonic ms. */
    lastPlanned: number
}

/** Whether there is any plan. */
export function hasPlan(plan: Plan): boolean {
    return (
        plan.every !== undefined ||
        plan.at !== undefined ||
        plan.in !== undefined
    )
}

/**
 * Begins a plan.
 * @returns false when its first run is to be at once
 */
export function beginPlan(
    task: PlanProgress,
    plan: Plan,
    now: number,
    wall: number | undefined
): boolean {
    dropPlan(task)
    if (!hasPlan(plan)) return false
    task.flags |= PLANNED
    if (plan.at !== undefined) {
        followWall(task, plan, now, wall)
        return true
    }
    task.next = now + (plan.in === undefined ? plan.every : plan.in)
    return plan.in !== undefined
}

/** Forgets what is planned. */
export function dropPlan(task: PlanProgress): void {
    task.flags &= ~(PLANNED | PLAN_BEGUN)
    // a field that is set takes heap, also to undefined
    if (task.next !== undefined) task.next = undefined
    if (task.nextWall !== undefined) task.nextWall = undefined
}

/** Uses up the run that is due now, counts those that were missed, and plans the one after it. */
export function consumeRun(task: PlanProgress, plan: Plan, now: number): void {
    const { every } = plan
    task.flags |= PLAN_BEGUN
    if (task.nextWall !== undefined) task.lastPlanned = now
    if (every === undefined) return dropPlan(task)
    const missed = Math.floor((now - task.next) / every)
    if (missed > 0) skip(task, missed, every)
    advance(task, every)
}

/** Counts planned runs whose time has passed while one was going on. */
export function skipPassed(task: PlanProgress, plan: Plan, now: number): void {
    if ((task.flags & PLANNED) === 0 || !(task.next < now)) return
    const { every } = plan
    if (every === undefined) {
        countSkipped(task, 1)
        dropPlan(task)
    } else skip(task, Math.ceil((now - task.next) / every), every)
}

function skip(task: PlanProgress, runs: number, every: number): void {
    countSkipped(task, runs)
    advance(task, runs * every)
}

function countSkipped(task: PlanProgress, runs: number): void {
    task.skipped = (task.skipped === undefined ? 0 : task.skipped) + runs
}

function advance(task: PlanProgress, ms: number): void {
    task.next += ms
    if (task.nextWall !== undefined) task.nextWall += ms
}

/**
 * Makes a plan by the wall clock fit the clock as it is now: when it begins, and whenever the
 * clock is set. A run whose time was passed over is due at once; a clock that was set back makes
 * the next occurrence after the new time the next run.
 */
export function followWall(
    task: PlanProgress,
    plan: Plan,
    now: number,
    wall: number | undefined
): void {
    if (wall === undefined) {
        if (task.next !== undefined) task.next = undefined
        return
    }
    const before = task.nextWall
    if (before === undefined || before > wall) {
        task.nextWall = occurrence(task, plan, wall)
        const { every } = plan
        const isSetBack = before !== undefined && task.nextWall < before
        if (
            isSetBack &&
            every !== undefined &&
            (task.flags & PLAN_BEGUN) !== 0
        ) {
            const sinceLast = now + task.nextWall - wall - task.lastPlanned
            if (sinceLast < Math.min(every / 2, SAME_RUN_MS))
                task.nextWall += every
        }
    }
    task.next = now + task.nextWall - wall
}

/** The first occurrence of a plan after `wall`, in Unix ms; without a period it may be past. */
function occurrence(task: PlanProgress, plan: Plan, wall: number): number {
    const { at, every } = plan
    if (typeof at === "number") {
        if (
            every === undefined ||
            (at > wall && (task.flags & PLAN_BEGUN) === 0)
        )
            return at
        return onGrid(at, every, wall)
    }
    const midnight = Math.floor(wall / DAY_MS) * DAY_MS
    const today = midnight + parseTimeOfDay(at)
    if (every !== undefined && (task.flags & PLAN_BEGUN) !== 0)
        return onGrid(
            task.nextWall === undefined ? today : task.nextWall,
            every,
            wall
        )
    return today > wall ? today : today + DAY_MS
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
    let seconds = 0
    for (let i = 0; i < length; i += 3) {
        const value = twoDigits(text, i)
        if (!(value < (i > 0 ? 60 : 24))) return undefined
        if (i > 0 && text.charAt(i - 1) !== ":") return undefined
        seconds = seconds * 60 + value
    }
    return (length === 5 ? seconds * 60 : seconds) * 1000
}

function twoDigits(text: string, at: number): number {
    const tens = text.charCodeAt(at) - 0x30
    const ones = text.charCodeAt(at + 1) - 0x30
    const isNumber = tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9
    return isNumber ? tens * 10 + ones : NaN
}
