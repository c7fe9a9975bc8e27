import { setState } from "./supervisor"
import { arm, disarm } from "./timers"
import { DAY_MS, firstOccurrence } from "./at"
import type { Supervisor } from "./supervisor"
import type { Task } from "./task"

/**
 * Plans the next run of a task that has been started: its first, or the one that was planned
 * before it was held.
 * @returns false when it is to run at once
 */
export function plan(task: Task): boolean {
    if (hasPlan(task)) return resumePlan(task)
    const { supervisor, options } = task
    const now = supervisor.clock.millis()
    if (options.at !== undefined) planByWall(task)
    else if (options.in !== undefined) task.next = now + options.in
    else {
        if (options.every > 0) task.next = now + options.every
        return false
    }
    schedule(task)
    return true
}

/**
 * Goes on with the plan of a task whose run has ended. Planned runs that have come meanwhile
 * are counted as skipped.
 * @returns false when nothing is planned any more
 */
export function resumePlan(task: Task): boolean {
    if (task.nextWall !== undefined) planByWall(task)
    const { every } = task.options
    const late = task.supervisor.clock.millis() - task.next
    if (late > 0) skip(task, every > 0 ? Math.ceil(late / every) : 1)
    if (!hasPlan(task)) return false
    schedule(task)
    return true
}

/**
 * Uses up the run that is due now, and plans the one after it: from the planned time, not from
 * the present, so that delays do not add up.
 */
export function consumePlan(task: Task): void {
    const { every } = task.options
    const late = task.supervisor.clock.millis() - task.next
    if (every > 0) skip(task, Math.floor(late / every))
    advance(task, 1)
}

/** Forgets what is planned; a run under way goes on. */
export function dropPlan(task: Task): void {
    // a field that is set takes heap, also to undefined
    if (task.next !== undefined) task.next = undefined
    if (task.nextWall !== undefined) task.nextWall = undefined
}

/** Whether the options of a task have a plan. */
export function hasSchedule(task: Task): boolean {
    const { every, at, in: delay } = task.options
    return every !== undefined || at !== undefined || delay !== undefined
}

/** Plans the next run from now on, by options that have changed. */
export function replan(task: Task): void {
    const { every, at, in: delay } = task.options
    if (at !== undefined) planByWall(task)
    else
        task.next =
            task.supervisor.clock.millis() +
            (delay === undefined ? every : delay)
    if (task.state === "scheduled") schedule(task)
}

/** Has plans by the wall clock made anew whenever that is set. */
function followClock(supervisor: Supervisor): void {
    if (supervisor.forgetClock) return
    supervisor.forgetClock = supervisor.clock.onSet(() =>
        supervisor.tasks.forEach(replanByWall)
    )
}

/** Plans anew after the wall clock was set. A run whose time was passed over takes place at once. */
function replanByWall(task: Task): void {
    if (task.options.at === undefined || task.state !== "scheduled") return
    planByWall(task)
    schedule(task)
}

function hasPlan(task: Task): boolean {
    return task.next !== undefined || task.nextWall !== undefined
}

function skip(task: Task, runs: number): void {
    if (runs <= 0) return
    task.skipped = (task.skipped ?? 0) + runs
    advance(task, runs)
}

function advance(task: Task, runs: number): void {
    const { every } = task.options
    if (!(every > 0)) return dropPlan(task)
    task.next += runs * every
    if (task.nextWall !== undefined) task.nextWall += runs * every
}

/** Puts the task to sleep until its planned time, or until the wall clock is known. */
function schedule(task: Task): void {
    const { supervisor } = task
    if (task.state !== "scheduled") setState(task, "scheduled")
    if (task.next === undefined) disarm(task)
    else arm(task, task.next)
}

/** Translates the plan by the wall clock into monotonic time, if the clock is known. */
function planByWall(task: Task): void {
    const { supervisor, options } = task
    const { clock } = supervisor
    const { at, every } = options
    const wall = clock.wall()
    followClock(supervisor)
    if (wall === undefined) {
        task.next = undefined
        return
    }
    if (task.nextWall === undefined || isAbsurd(task, wall))
        task.nextWall = firstOccurrence(at, every, wall)
    task.next = clock.millis() + task.nextWall - wall
}

/**
 * Whether the planned time lies so far ahead that it must come from a clock that was wrong. Half
 * a period of slack, so that a small step back does not repeat the run that has just been.
 */
function isAbsurd(task: Task, wall: number): boolean {
    const { at, every } = task.options
    const period = typeof at === "string" ? Math.max(every ?? 0, DAY_MS) : every
    return period > 0 && task.nextWall - wall > 1.5 * period
}
