import * as ds from "@devicescript/core"
import { ALERT, ERROR } from "../log"
import {
    nameOf,
    rangeError,
    removeFrom,
    resumeFiber,
    unneeded,
} from "../platform"
import {
    isUp,
    missingName,
    nameAhead,
    obstacle,
    requires,
} from "./dependencies"
import { failureText, toFailure } from "./errors"
import { MAX_LEFT_BEHIND, Plan, TaskState } from "./options"
import { admitRestart, restartDelay, wantsRestart } from "./restart-policy"
import {
    beginPlan,
    consumeRun,
    dropPlan,
    followWall,
    isPlanned,
    refreshPlan,
} from "./schedule"
import {
    arm,
    BEGUN,
    CANCELLED,
    countUp,
    DELETED,
    DISABLED,
    DUE,
    effective,
    FAILED,
    find,
    HALTED,
    HAS_LEAVING,
    HAS_LEFT,
    HAS_WAITERS,
    HELD,
    HOOKED,
    isBarred,
    isLive,
    KEEP_PLAN,
    lower,
    noteStart,
    PARENT,
    PARKED,
    pauseForChange,
    raise,
    RUN_FLAGS,
    scheduleReview,
    setState,
    START_REQUIRED,
    Supervisor,
    TaskRecord,
    UNCHECKED,
    UNREADY,
    wake,
    WANTED,
    WINDING,
} from "./state"

// The state machine of a task. No other file changes a state. A cell of the table names the states
// that may follow an event; docs/tasks.md shows the same table.
//
// | state       | start                         | stop                | restart           | go                             | due                       | end                                                       |
// | ----------- | ----------------------------- | ------------------- | ----------------- | ------------------------------ | ------------------------- | --------------------------------------------------------- |
// | `stopped`   | starting, scheduled, waiting  | disabled            | as start          |                                |                           |                                                           |
// | `disabled`  | starting, scheduled, waiting  | stopped             | as start          |                                |                           |                                                           |
// | `done`      | starting, scheduled, waiting  | stopped, disabled   | as start          |                                |                           |                                                           |
// | `failed`    | starting, scheduled, waiting  | stopped, disabled   | as start          | starting, scheduled, waiting   | starting, waiting         |                                                           |
// | `scheduled` | starting, waiting             | stopped, disabled   | as start          |                                | starting, waiting, failed |                                                           |
// | `waiting`   | starting, failed              | stopped, disabled, scheduled | as start          | starting, scheduled, failed    | starting, failed          |                                                           |
// | `starting`  |                               | stopping            | stopping          |                                |                           | running                                                   |
// | `running`   |                               | stopping            | stopping          |                                | stopping (watchdog)       | done, failed, scheduled, waiting, stopping                |
// | `stopping`  |                               |                     |                   |                                | (left behind)             | stopped, disabled, done, failed, scheduled, waiting, starting |
//
// - start: a command, or the boot. The next state depends on the plan and the dependencies of the
//   task; a task with too many runs left behind fails.
// - stop: a command, the end of a parent, a required task that goes down, `disable`; `enable` turns
//   `disabled` into `stopped`. A task that runs stops after its dependents and children.
// - go: dependencies release a task that they held, or fail it.
// - due: the timer of the task runs out: planned run, end of the restart delay, watchdog, end of
//   the grace period.
// - end: the fiber begins (`starting`), the body is over (`running`), children, cleanups and hook
//   are over (`stopping`). `settle` decides the next state.

// start

/**
 * Starts a task, and what it requires: one that is stopping starts again after its end, one that
 * is scheduled or waits for its restart runs now, one that runs already is left alone. So is a
 * child whose parent does not run.
 */
export function startTask(task: TaskRecord): void {
    if (!hasParentUp(task)) return
    if (isLive(task)) {
        if (task.state === "stopping") raise(task, WANTED | DUE)
        return
    }
    raise(task, START_REQUIRED)
    if ((task.flags & HELD) !== 0) return scheduleReview(task.supervisor)
    if (task.state === "waiting" || isPlanned(task)) raise(task, DUE)
    raise(task.supervisor, UNCHECKED)
    forgiveRestarts(task)
    enqueue(task)
}

/** Whether a child may run: a child never runs without its parent. */
export function hasParentUp(task: TaskRecord): boolean {
    return !task.parent || task.parent.state === "running"
}

function forgiveRestarts(task: TaskRecord): void {
    // a field that was set takes heap, even if it is undefined, and most tasks never restart
    if (task.recent) task.recent = undefined
}

/** Starts a task that is not running as soon as the boot, its dependencies and its plan allow. */
function enqueue(task: TaskRecord): void {
    const { options } = task
    // a deleted task may still be started by its handle
    if ((task.flags & DELETED) !== 0) return stopWanting(task)
    // the dependents of one that is up have started again: another run does not stop them
    if ((task.flags & HAS_LEAVING) !== 0 && isUp(task)) lower(task, HAS_LEAVING)
    task.flags = (task.flags | (WANTED | HELD)) & ~(FAILED | HALTED)
    const isFree = !options.requires && !options.after
    if (isFree && task.supervisor.fiber) proceed(task)
    if ((task.flags & HELD) === 0) return
    raise(task.supervisor, HAS_WAITERS)
    setState(task, "waiting")
}

/** Releases a held task if no dependency holds it any more. */
function proceed(task: TaskRecord): void {
    if ((task.flags & START_REQUIRED) !== 0) startRequired(task)
    if ((task.flags & HAS_LEAVING) !== 0) {
        if (stopOthers(task)) return
        lower(task, HAS_LEAVING)
    }
    const missing = missingName(task)
    if (missing !== undefined) {
        // it may have been up until now, between two planned runs or since it returned
        stopOthers(task)
        if (miss(task, missing)) return
    }
    if (missing !== undefined || nameAhead(task) !== undefined) {
        if (task.state === "failed") setState(task, "waiting")
        return
    }
    if ((task.flags & DUE) !== 0 || !awaitPlan(task)) begin(task)
}

function startRequired(task: TaskRecord): void {
    const { requires } = task.options
    lower(task, START_REQUIRED)
    if (!requires) return
    for (const name of requires) {
        const other = find(task.supervisor, name)
        if (!other || isUp(other) || isLive(other)) continue
        if (
            (other.flags & HELD) !== 0 ||
            (other.flags & (WANTED | DISABLED)) === 0
        )
            startTask(other)
    }
}

/**
 * Fails a task, with one report, if a required task that is not up cannot come up. The task stays
 * wanted, so that it starts once it can.
 * @returns whether it failed
 */
function miss(task: TaskRecord, name: string): boolean {
    const problem = obstacle(find(task.supervisor, name))
    if (!problem) return false
    const why = `requires "${name}": ${problem}`
    if (task.state === "failed" && task.error.message === why) return true
    failHeld(task, why)
    task.supervisor.reports.error(
        'task "{0}" cannot start: {1}',
        task.name,
        why
    )
    return true
}

/** Fails a task that does not run because of its dependencies. */
function failHeld(task: TaskRecord, why: string): void {
    raise(task, FAILED)
    task.error = toFailure(rangeError("Dependency", why))
    setState(task, "failed")
}

/** Fails the tasks of a cycle of dependencies that do not run, with one report. */
export function failCycle(cycle: TaskRecord[]): void {
    const names = cycle.map(nameOf)
    names.push(names[0])
    const text = `cycle of dependencies: ${names.join(" -> ")}`
    for (const task of cycle) {
        if (isLive(task)) continue
        lower(task, HELD | START_REQUIRED)
        failHeld(task, text)
        stopOthers(task)
    }
    cycle[0].supervisor.reports.error("{0}", text)
}

/** Starts a run now. No run may be under way. */
function begin(task: TaskRecord): void {
    if (!hasParentUp(task)) return stopWanting(task)
    if (task.left >= MAX_LEFT_BEHIND) {
        recordFailure(
            task,
            "does not start",
            rangeError("LeftBehind", "too many of its runs are left behind")
        )
        return failForGood(task)
    }
    task.flags &= ~(RUN_FLAGS | DUE | FAILED)
    if (task.options.notify) raise(task, UNREADY)
    removeChildren(task)
    countUp(task, "runs", 1)
    // first, since a listener of the change may start the task, which must then be live
    task.fiber = task.supervisor.run.start(task)
    setState(task, "starting")
}

/** Schedules the planned run of a task. @returns false when the task is to run at once */
function awaitPlan(task: TaskRecord): boolean {
    lower(task, HELD)
    if (isPlanned(task)) return resumePlan(task)
    return beginPlan(task) && sleepUntilNext(task)
}

/** Continues the plan of a task. @returns false when nothing is planned any more */
function resumePlan(task: TaskRecord): boolean {
    return refreshPlan(task) && sleepUntilNext(task)
}

/** Makes a task wait until its planned time, or until the wall clock is known. @returns true */
function sleepUntilNext(task: TaskRecord): boolean {
    setState(task, "scheduled", task.next)
    return true
}

/** Adapts a plan by the wall clock after the clock was set. */
export function refitPlan(task: TaskRecord): void {
    const { state } = task
    if (state === "scheduled" || state === "failed") {
        followWall(task)
        arm(task, task.next)
    }
}

// during and after a run

/**
 * Called when the fiber of a run begins. A dependency may have gone down since the start: then the
 * task waits for it again, unless it is to stop.
 * @returns false when neither body nor hook may be called
 */
export function enterBody(task: TaskRecord): boolean {
    const isStarting = task.state === "starting"
    if (
        !isStarting ||
        ((task.supervisor.flags & HAS_WAITERS) !== 0 && isHeld(task))
    ) {
        raise(task, CANCELLED | HOOKED | (isStarting ? HELD : 0))
        return false
    }
    task.flags |= BEGUN
    setState(task, "running")
    beginWatch(task)
    task.supervisor.reports.progress(
        "{0} started, run {1}",
        task.name,
        task.runs
    )
    return true
}

/** Whether a task must not begin: its parent does not run, or a required task is not up. */
function isHeld(task: TaskRecord): boolean {
    return !hasParentUp(task) || missingName(task) !== undefined
}

/** Called after the body, if work is left: stops the children and waits until they have ended. */
export async function leaveBody(task: TaskRecord): Promise<void> {
    if (task.state !== "stopping") setState(task, "stopping")
    if ((task.flags & PARENT) !== 0) {
        childrenOf(task).forEach(endChild)
        while (childrenOf(task).filter(isLive).length > 0)
            await pauseForChange(task.supervisor)
    }
    armGrace(task)
}

function endChild(child: TaskRecord): void {
    if (!isOver(child)) stopForGood(child)
}

/** Called at the end of a run: decides the next state. */
export function settle(task: TaskRecord): void {
    const { flags } = task
    endRun(task)
    noteStart(task)
    if ((flags & BEGUN) !== 0) task.doneAt = task.supervisor.clock.millis()
    const hasFailed = (flags & FAILED) !== 0
    if (hasFailed) countUp(task, "failures", 1)
    if ((flags & DELETED) !== 0) removeTask(task)
    else if ((flags & WANTED) === 0) stopWanting(task)
    else if ((flags & (DUE | HELD)) !== 0) enqueue(task)
    else if (
        (flags & KEEP_PLAN) === 0 &&
        wantsRestart(effective(task, "restart"), hasFailed, isPlanned(task))
    )
        restartLater(task)
    else if (!resumePlan(task)) {
        if ((flags & KEEP_PLAN) !== 0) stopForGood(task)
        else if (hasFailed) failForGood(task)
        else park(task, "done")
    }
    if (!isUp(task)) stopOthers(task)
}

/** Called when a run that was left behind has ended after all. */
export function settleLeft(task: TaskRecord): void {
    const self = ds.Fiber.self()
    removeFrom(task.supervisor.left, self)
    removeFrom(unneeded, self)
    countUp(task, "left", -1)
    task.supervisor.reports.progress(
        "a run of {0} that was left behind has ended",
        task.name
    )
}

function endRun(task: TaskRecord): void {
    task.fiber = undefined
    if (task.cleanups) task.cleanups = undefined
    task.flags &= ~RUN_FLAGS
}

/** Puts a task that does not run into a state in which it stays, without a plan, until started. */
function park(task: TaskRecord, state: TaskState): void {
    lower(task, WANTED | HELD | DUE)
    dropPlan(task)
    if (task.state === state) return
    setState(task, state)
    task.supervisor.reports.progress("{0} {1}", task.name, state)
}

/** Puts a task that does not run into `stopped` or `disabled`, and removes what it was to do. */
export function stopWanting(task: TaskRecord): void {
    park(task, (task.flags & DISABLED) !== 0 ? "disabled" : "stopped")
}

/**
 * Plans a restart after its delay, or at the next planned run if that is sooner. When the restarts
 * are used up, fails the task until its next planned run, or for good.
 */
function restartLater(task: TaskRecord): void {
    const { doneAt } = task
    const recent = task.recent || { times: [], attempts: 0 }
    task.recent = recent
    const limit = effective(task, "maxRestarts")
    const window = effective(task, "window")
    if (!admitRestart(recent.times, doneAt, limit, window)) {
        task.recent = undefined
        const last =
            (task.flags & FAILED) !== 0
                ? failureText(task.error)
                : "it returned"
        raise(task, FAILED)
        let level = ALERT
        let until = "for good"
        if (refreshPlan(task)) {
            level = ERROR
            until = "until its next planned run"
        }
        task.log.log(
            level,
            "failed {0} after {1} restarts in {2} s, last: {3}",
            until,
            limit,
            window / 1000,
            last
        )
        if (!isPlanned(task)) return failForGood(task)
        return setState(task, "failed", task.next)
    }
    if (doneAt - task.startedAt >= effective(task, "healthy"))
        recent.attempts = 0
    let delay = restartDelay(
        effective(task, "delay"),
        effective(task, "maxDelay"),
        recent.attempts++
    )
    countUp(task, "restarts", 1)
    if (refreshPlan(task) && task.next < doneAt + delay)
        delay = task.next - doneAt
    setState(task, "waiting", doneAt + delay)
    task.supervisor.reports.progress("{0} restarts in {1} ms", task.name, delay)
}

/** Fails a task for good, records it at its parent, and escalates as its options say (T19b). */
function failForGood(task: TaskRecord): void {
    const { supervisor, parent } = task
    park(task, "failed")
    if (parent) parent.failedChild = task
    const escalation = effective(task, "escalate")
    if (escalation === "link") {
        if (parent && parent.state === "running")
            failRun(parent, "Child", `${task.name} failed for good`)
    } else if (escalation !== "none" && supervisor.escalation !== "restart") {
        supervisor.reports.log(
            ALERT,
            "{0} failed for good: {1}",
            task.name,
            escalation
        )
        supervisor.escalation = escalation
        wake(supervisor)
    }
}

/** Fails the run of a task from outside; its restart policy decides what follows. */
function failRun(task: TaskRecord, error: string, message: string): void {
    recordFailure(task, "failed", rangeError(error, message))
    requestStop(task)
}

/** Keeps the error of the present run, and logs it. Never throws. */
export function recordFailure(
    task: TaskRecord,
    what: string,
    thrown: unknown
): void {
    raise(task, FAILED)
    task.error = toFailure(thrown)
    task.log.exception(what, thrown)
}

// timers

/** Called when the timer of `task` runs out: its state tells what the timer was for. */
export function onDue(task: TaskRecord, now: number): void {
    const { state } = task
    if (state === "running") return checkWatchdog(task, now)
    if (state === "stopping") return leaveBehind(task)
    if (isPlanned(task) && task.next <= now) {
        consumeRun(task, now)
        // each planned run has its own count of restarts
        forgiveRestarts(task)
    }
    task.flags |= DUE
    enqueue(task)
}

/** Begins the watchdog of a running task. */
function beginWatch(task: TaskRecord): void {
    const { watchdog } = task.options
    if (watchdog === undefined) return
    task.fed = task.supervisor.clock.millis()
    arm(task, task.fed + watchdog)
}

/**
 * Checks a task whose watchdog timer has run out. `feed` only records the time and sets no timer,
 * so the next check is planned here: for the first moment at which the watchdog could fire.
 */
function checkWatchdog(task: TaskRecord, now: number): void {
    const { watchdog } = task.options
    const silent = now - task.fed
    if (silent < watchdog) return arm(task, task.fed + watchdog)
    failRun(task, "Watchdog", `silent for ${silent} ms, ${watchdog} ms allowed`)
}

/** Begins the grace period of a run. */
function armGrace(task: TaskRecord): void {
    arm(task, task.supervisor.clock.millis() + effective(task, "grace"))
}

/**
 * Leaves behind a fiber whose grace period is over, and continues the end of the run in another.
 * The old fiber is not ended: code outside of the tasks may resume it later, and resuming an ended
 * fiber panics the VM (60005).
 */
function leaveBehind(task: TaskRecord): void {
    const { fiber } = task
    task.supervisor.left.push(fiber)
    unneeded.push(fiber)
    countUp(task, "left", 1)
    task.flags = (task.flags | HAS_LEFT) & ~PARKED
    task.log.error(
        "did not stop within {0} ms: this run is left behind where it waits",
        effective(task, "grace")
    )
    task.fiber = task.supervisor.windUp.start(task)
}

// stop

/** Stops a task by a command, and cancels what is planned. */
export function stopForGood(task: TaskRecord): void {
    raise(task, HALTED)
    stopForNow(task)
}

/** Stops a task, and cancels what is planned; the end of safe mode starts it again. */
export function stopForNow(task: TaskRecord): void {
    lower(task, WANTED)
    requestStop(task)
}

/** Stops the present run of a task, or cancels its restart; planned runs stay. */
export function stopRun(task: TaskRecord): void {
    const isRun = isLive(task)
    if (isRun && isPlanned(task)) {
        raise(task, KEEP_PLAN)
        requestStop(task)
    } else if (isRun || (task.state === "waiting" && !resumePlan(task)))
        stopForGood(task)
}

/**
 * Asks a task to stop; asking again changes nothing. The supervising fiber stops one that runs step
 * by step, since its dependents and children must stop before it. One that does not run but is up,
 * since it has returned, stops its dependents too.
 */
function requestStop(task: TaskRecord): void {
    lower(task, DUE)
    if (isLive(task)) return beginStop(task)
    stopWanting(task)
    stopOthers(task)
}

function beginStop(task: TaskRecord): void {
    const { supervisor } = task
    if (task.state === "stopping") return
    raise(supervisor, HAS_WAITERS)
    setState(task, "stopping")
}

/**
 * Asks the live tasks that require `task` to stop, since it is not up any more or about to stop;
 * they start again when it is up. When `task` stops, its children stop too.
 * @returns whether there are any such tasks
 */
function stopOthers(task: TaskRecord): boolean {
    let areAny = false
    for (const other of task.supervisor.tasks) {
        if (!isLive(other)) continue
        if (other.parent === task && task.state === "stopping")
            lower(other, WANTED | DUE)
        else if (requires(other, task)) {
            raise(other, HELD)
            raise(task, HAS_LEAVING)
        } else continue
        areAny = true
        beginStop(other)
    }
    return areAny
}

/** Sets whether `task` is up, as `Task.ready` explains. */
export function setReady(task: TaskRecord, up: boolean): void {
    if (up) lower(task, UNREADY)
    else {
        raise(task, UNREADY)
        stopOthers(task)
    }
    scheduleReview(task.supervisor)
}

/** Whether a change of another task may affect this one: it stops, or is held. */
export function needsReview(task: TaskRecord): boolean {
    return (
        task.state === "stopping" ||
        (task.flags & (WANTED | HELD)) === (WANTED | HELD)
    )
}

/**
 * Reviews a task that stops or waits for others. A stop reaches the body of a task once none of its
 * children and dependents runs any more.
 */
export function reviewTask(task: TaskRecord): void {
    if (task.state !== "stopping") {
        // the review yields between tasks, so this one may have been stopped or deleted meanwhile
        if (needsReview(task) && !isLive(task)) proceed(task)
        return
    }
    if ((task.flags & (CANCELLED | WINDING)) !== 0 || stopOthers(task)) return
    raise(task, CANCELLED)
    armGrace(task)
    if ((task.flags & PARKED) !== 0) resumeFiber(task.fiber)
}

// restart, remove

/** Stops a task if it runs, and starts it again. */
export function requestRestart(task: TaskRecord): void {
    if (!hasParentUp(task)) return
    requestStop(task)
    startTask(task)
}

/** Stops a task and removes it, with its children, from the registry. */
export function requestDelete(task: TaskRecord): void {
    raise(task, DELETED)
    stopForGood(task)
    if (!isLive(task)) removeTask(task)
}

/** Removes a task that does not run, with its children, from the registry. */
export function removeTask(task: TaskRecord): void {
    const { supervisor } = task
    if (!removeFrom(supervisor.tasks, task)) return
    raise(task, DELETED)
    delete supervisor.byName[task.name]
    removeFrom(supervisor.core, task)
    removeChildren(task)
    supervisor.log.freeTopic(task.log)
    stopWanting(task)
    scheduleReview(supervisor)
}

function removeChildren(task: TaskRecord): void {
    if ((task.flags & PARENT) !== 0) childrenOf(task).forEach(requestDelete)
}

/** Whether a task has ended and will not run again by itself. */
export function isOver(task: TaskRecord): boolean {
    return !isLive(task) && (task.flags & WANTED) === 0
}

function childrenOf(task: TaskRecord): TaskRecord[] {
    return task.supervisor.tasks.filter(other => other.parent === task)
}

// disable, enable, plans

/** Whether a task does not need a command to start: `schedule` gives a plan to one that does. */
export function startsByItself({ options, plan }: TaskRecord): boolean {
    return options.autostart !== false || Object.keys(plan || {}).length > 0
}

/**
 * Stops a task that was disabled. Starts one that was enabled, unless only `start` starts it, and no
 * plan of `schedule`, or its parent does not run; in safe mode its end does that.
 */
export function followDisabled(task: TaskRecord): void {
    if ((task.flags & DISABLED) !== 0) return stopForGood(task)
    if (isBarred(task)) lower(task, HALTED)
    else if (isLive(task) || startsByItself(task)) startTask(task)
    if (task.state === "disabled") stopWanting(task)
}

/**
 * Gives a task another plan until the next reset, and starts it by that plan; one that is disabled
 * when it is enabled, in safe mode one that is not core at its end.
 */
export function scheduleTask(task: TaskRecord, plan: Plan): void {
    task.plan = plan
    dropPlan(task)
    if (isLive(task)) {
        raise(task, WANTED)
        replan(task)
    } else if (isBarred(task)) lower(task, HALTED)
    else if (hasParentUp(task)) {
        lower(task, DUE)
        enqueue(task)
    }
}

/** Removes the plan of a task until the next reset; the present run continues. */
export function unscheduleTask(task: TaskRecord): void {
    task.plan = {}
    endPlan(task)
}

/** Plans again after the options of the plan have changed. */
export function planAgain(task: TaskRecord): void {
    task.plan = undefined
    const { in: delay, every, at } = task.options
    if (delay === undefined && every === undefined && at === undefined)
        endPlan(task)
    else if ((task.flags & WANTED) !== 0) replan(task)
}

function endPlan(task: TaskRecord): void {
    if (task.state === "scheduled") stopForGood(task)
    if (task.state === "failed" && isPlanned(task)) {
        lower(task, WANTED | HELD)
        arm(task)
    }
    dropPlan(task)
}

/** Plans the next run from now on. */
function replan(task: TaskRecord): void {
    dropPlan(task)
    beginPlan(task)
    refitPlan(task)
}

/** Restarts the watchdog of a running task after its period has changed. */
export function watchAgain(task: TaskRecord): void {
    if (task.state !== "running") return
    arm(task)
    beginWatch(task)
}
