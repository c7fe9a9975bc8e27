import * as ds from "@devicescript/core"
import { resumeFiber } from "../platform"
import {
    hasLeaving,
    isUp,
    missingName,
    nameAhead,
    obstacle,
    requires,
} from "./dependencies"
import { failure, failureText } from "./errors"
import { Failure, MAX_LEFT_BEHIND, Plan } from "./options"
import { admitRestart, restartDelay, wantsRestart } from "./restart-policy"
import { recordFailure, run, RunEvents, windUp } from "./run"
import {
    beginPlan,
    consumeRun,
    dropPlan,
    followWall,
    hasPlan,
    skipPassed,
} from "./schedule"
import {
    AGAIN,
    arm,
    BOOTED,
    CANCELLED,
    CHECKED,
    CLOCK_SET,
    DELETED,
    disarm,
    DISABLED,
    DUE,
    effective,
    FAILED,
    find,
    HAS_LEAVING,
    HAS_LEFT,
    HAS_WAITERS,
    HELD,
    HOOKED,
    isLive,
    KEEP_PLAN,
    NEEDS_REVIEW,
    PARENT,
    PARKED,
    pauseForChange,
    planOf,
    PLANNED,
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

// The state machine of a task, and the only file that changes a state. A cell of the table names
// the states that may follow on an event; docs/tasks.md shows the same table.
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
// - start: a command, or the boot. Which state follows depends on the plan of the task and on what
//   it depends on; a task of which too many runs are left behind fails.
// - stop: a command, the end of a parent, what the task requires going down, `disable`; `enable`
//   takes back `disabled`. A task that runs stops after its dependents and children.
// - go: dependencies let a task that they held go on, or fail it.
// - due: the time of the state: the planned run, the end of the restart delay, the watchdog, the
//   end of the grace period.
// - end: the fiber begins (`starting`), the body is over (`running`), children, cleanups and hook
//   are over (`stopping`). What follows is settled by `afterRun`.

/** The plan of a task whose plan was taken away. */
const NO_PLAN: Plan = {}

// start

/**
 * Starts a task, and what it requires: one that is stopping starts again after its end, one that
 * is scheduled or waits for its restart runs now, one that runs already is left alone. A child
 * whose parent does not run is left alone, too: it would run without it.
 */
export function startTask(task: TaskRecord): void {
    const { state, options } = task
    if (!hasParentUp(task)) return
    if (isLive(task)) {
        if (state === "stopping") task.flags |= WANTED | AGAIN
        return
    }
    if (state === "waiting" && (task.flags & HELD) !== 0) return
    if (options.requires || options.after) {
        task.flags = (task.flags & ~CHECKED) | START_REQUIRED
        task.supervisor.flags |= UNCHECKED
    }
    forgiveRestarts(task)
    if ((task.flags & PLANNED) !== 0 || state === "waiting") task.flags |= DUE
    enqueue(task)
}

/** Whether a child may run: a child never runs without its parent. */
export function hasParentUp(task: TaskRecord): boolean {
    return !task.parent || task.parent.state === "running"
}

function forgiveRestarts(task: TaskRecord): void {
    // a field that is set takes heap, also to undefined: most tasks never restart
    if (task.attempts !== undefined) task.attempts = undefined
    if (task.recent) task.recent = undefined
}

/** Starts a task that is not running, as soon as what it depends on lets it. */
function enqueue(task: TaskRecord): void {
    const { supervisor, options } = task
    // somebody still had a task that was deleted
    if ((task.flags & DELETED) !== 0) return stopWanting(task)
    task.flags = (task.flags | WANTED | HELD) & ~FAILED
    disarm(task)
    const isFree = !options.requires && !options.after
    if (isFree && (supervisor.flags & BOOTED) !== 0) proceed(task)
    if (isLive(task) || (task.flags & HELD) === 0) return
    if (task.state !== "waiting") setState(task, "waiting")
    supervisor.flags |= HAS_WAITERS
    scheduleReview(supervisor)
}

/** Lets a held task go on if nothing is in its way any more. */
function proceed(task: TaskRecord): void {
    if ((task.flags & HAS_LEAVING) !== 0) {
        if (hasLeaving(task)) return
        task.flags &= ~HAS_LEAVING
    }
    if ((task.flags & START_REQUIRED) !== 0) startRequired(task)
    const missing = missingName(task)
    if (missing !== undefined) return miss(task, missing)
    if (nameAhead(task) !== undefined) return hold(task)
    task.flags &= ~HELD
    if ((task.flags & DUE) !== 0 || !awaitPlan(task)) begin(task)
}

function startRequired(task: TaskRecord): void {
    task.flags &= ~START_REQUIRED
    for (const name of task.options.requires || []) {
        const other = find(task.supervisor, name)
        if (!other || isUp(other) || isLive(other)) continue
        if ((other.flags & (WANTED | DISABLED)) === 0) startTask(other)
        else if ((other.flags & HELD) !== 0) {
            other.flags |= START_REQUIRED
            scheduleReview(task.supervisor)
        }
    }
}

/** Waits for a requirement, or fails, saying so once, if that will not come. It stays wanted. */
function miss(task: TaskRecord, name: string): void {
    const problem = obstacle(find(task.supervisor, name))
    if (!problem) return hold(task)
    const why = `requires "${name}": ${problem}`
    if (task.state === "failed" && task.error.message === why) return
    failHeld(task, why)
    task.supervisor.reports.error(
        'task "{0}" cannot start: {1}',
        task.name,
        why
    )
}

function hold(task: TaskRecord): void {
    if (task.state === "failed") setState(task, "waiting")
}

/** Fails a task that does not run, because of others; it goes on once they let it. */
function failHeld(task: TaskRecord, why: string): void {
    task.flags |= FAILED
    task.error = failure("Dependency", why)
    disarm(task)
    setState(task, "failed")
}

/** Fails the tasks of a cycle, and says so once. */
export function failCycle(cycle: TaskRecord[]): void {
    const names = cycle.map(task => task.name)
    names.push(names[0])
    const text = `cycle of dependencies: ${names.join(" -> ")}`
    for (const task of cycle) {
        task.flags = (task.flags & ~HELD) | CHECKED
        failHeld(task, text)
    }
    cycle[0].supervisor.reports.error("{0}", text)
}

/** Starts a run, now. None is under way. */
function begin(task: TaskRecord): void {
    if (!hasParentUp(task)) return stopWanting(task)
    if ((task.flags & HAS_LEFT) !== 0 && leftRuns(task) >= MAX_LEFT_BEHIND)
        return failForGood(
            task,
            `${MAX_LEFT_BEHIND} runs of it are left behind where they wait`
        )
    task.flags &= ~(RUN_FLAGS | FAILED)
    if (task.options.notify) task.flags |= UNREADY
    if ((task.flags & PARENT) !== 0) removeChildren(task)
    task.runs = task.runs === undefined ? 1 : task.runs + 1
    setState(task, "starting")
    task.fiber = run.start(task, RUN)
}

/** Sleeps until the planned run of a task. @returns false when it is to run at once */
function awaitPlan(task: TaskRecord): boolean {
    const { clock } = task.supervisor
    const plan = planOf(task)
    if ((task.flags & PLANNED) !== 0) return resumePlan(task)
    if (!hasPlan(plan)) return false
    if (!beginPlan(task, plan, clock.millis(), clock.wall())) return false
    sleepUntilNext(task)
    return true
}

/** Goes on with the plan of a task. @returns false when nothing is planned any more */
function resumePlan(task: TaskRecord): boolean {
    if ((task.flags & PLANNED) === 0) return false
    refreshPlan(task)
    if ((task.flags & PLANNED) === 0) return false
    sleepUntilNext(task)
    return true
}

/** Counts the planned runs that have passed, and looks at the wall clock if the plan is by it. */
function refreshPlan(task: TaskRecord): void {
    const plan = planOf(task)
    const { clock } = task.supervisor
    const now = clock.millis()
    if (plan.at !== undefined) followWall(task, plan, now, clock.wall())
    skipPassed(task, plan, now)
}

/** Puts a task to sleep until its planned time, or until the wall clock is known. */
function sleepUntilNext(task: TaskRecord): void {
    if (task.state !== "scheduled") setState(task, "scheduled")
    armNext(task)
}

function armNext(task: TaskRecord): void {
    if (planOf(task).at !== undefined) followClock(task.supervisor)
    if (task.next === undefined) disarm(task)
    else arm(task, task.next)
}

/** Has plans by the wall clock made to fit whenever that is set. */
function followClock(supervisor: Supervisor): void {
    if (supervisor.forgetClock) return
    supervisor.forgetClock = supervisor.clock.onSet(() => {
        supervisor.flags |= CLOCK_SET
        wake(supervisor)
    })
}

/** Makes a plan by the wall clock fit that, after it was set. */
export function refitPlan(task: TaskRecord): void {
    const { state, flags } = task
    const plan = planOf(task)
    if (plan.at === undefined || (flags & PLANNED) === 0) return
    if (state !== "scheduled" && state !== "failed") return
    const { clock } = task.supervisor
    followWall(task, plan, clock.millis(), clock.wall())
    armNext(task)
}

// what happens during and after a run

/** How the fiber of a run tells what happens to it. */
const RUN: RunEvents = {
    entered: task => {
        if (task.state !== "starting") {
            task.flags |= CANCELLED | HOOKED
            return false
        }
        const { supervisor, options } = task
        setState(task, "running")
        if (options.watchdog !== undefined) {
            task.fed = task.since
            arm(task, task.fed + options.watchdog)
        }
        supervisor.reports.progress(
            "{0} started, run {1}",
            task.name,
            task.runs
        )
        scheduleReview(supervisor)
        return true
    },
    windingUp: task => {
        if (task.state !== "stopping") setState(task, "stopping")
    },
    stopChildren: async task => {
        for (const child of childrenOf(task))
            if (!isOver(child)) stopForGood(child)
        while (childrenOf(task).some(isLive))
            await pauseForChange(task.supervisor)
    },
    settled: task => {
        const { supervisor, flags } = task
        endRun(task)
        task.doneAt = supervisor.clock.millis()
        if ((flags & FAILED) !== 0)
            task.failures = task.failures === undefined ? 1 : task.failures + 1
        afterRun(task, flags)
        if (!isUp(task)) stopDependents(task)
        scheduleReview(supervisor)
    },
    leftRunEnded: task => {
        const { left, reports } = task.supervisor
        const self = ds.Fiber.self()
        const at = left.findIndex(other => other.fiber === self)
        if (at >= 0) left.insert(at, -1)
        if (leftRuns(task) === 0) task.flags &= ~HAS_LEFT
        reports.progress(
            "a run of {0} that was left behind has ended",
            task.name
        )
    },
    gaveIn: (task, thrown) => {
        endRun(task)
        task.flags &= ~WANTED
        recordFailure(
            task,
            "end of the run",
            failure("Supervision", "" + thrown)
        )
        setState(task, "failed")
    },
}

function endRun(task: TaskRecord): void {
    task.fiber = undefined
    if (task.cleanups) task.cleanups = undefined
    disarm(task)
    task.flags &= ~RUN_FLAGS
}

/** Decides what a task does after a run; `flags` are those that the run ended with. */
function afterRun(task: TaskRecord, flags: number): void {
    if (task.state === "running") task.startedAt = task.since
    if ((flags & DELETED) !== 0) removeTask(task)
    else if ((flags & AGAIN) !== 0) {
        task.flags |= DUE
        enqueue(task)
    } else if ((flags & WANTED) === 0) rest(task)
    else if ((flags & HELD) !== 0) enqueue(task)
    else if ((flags & KEEP_PLAN) !== 0) {
        if (!resumePlan(task)) stopWanting(task)
    } else if (
        wantsRestart(
            effective(task, "restart"),
            hasFailed(task),
            isPlanned(task)
        )
    )
        restartLater(task)
    else if (!resumePlan(task)) finish(task)
}

function hasFailed(task: TaskRecord): boolean {
    return (task.flags & FAILED) !== 0
}

function isPlanned(task: TaskRecord): boolean {
    return (task.flags & PLANNED) !== 0
}

/** Puts a task that nobody wants to run into its state of rest. */
function rest(task: TaskRecord): void {
    const state = (task.flags & DISABLED) !== 0 ? "disabled" : "stopped"
    disarm(task)
    dropPlan(task)
    if (task.state === state) return
    setState(task, state)
    task.supervisor.reports.progress("{0} stopped", task.name)
}

/** Puts a task that does not run into its state of rest, whatever it was to do. */
export function stopWanting(task: TaskRecord): void {
    task.flags &= ~(WANTED | HELD)
    rest(task)
}

function finish(task: TaskRecord): void {
    if (hasFailed(task)) return failForGood(task, undefined)
    task.flags &= ~WANTED
    setState(task, "done")
    task.supervisor.reports.progress("{0} {1}", task.name, task.state)
}

/** Plans a restart: its delay doubles with each one; the planned run comes first if it is sooner. */
function restartLater(task: TaskRecord): void {
    const { supervisor } = task
    if (!task.recent) task.recent = []
    const limit = effective(task, "maxRestarts")
    if (
        !admitRestart(
            task.recent,
            task.doneAt,
            limit,
            effective(task, "window")
        )
    )
        return useUp(task)
    const isHealthy = task.doneAt - task.startedAt >= effective(task, "healthy")
    const attempts =
        isHealthy || task.attempts === undefined ? 0 : task.attempts
    const delay = restartDelay(
        effective(task, "delay"),
        effective(task, "maxDelay"),
        attempts
    )
    task.attempts = attempts + 1
    task.restarts = task.restarts === undefined ? 1 : task.restarts + 1
    let due = task.doneAt + delay
    if (isPlanned(task)) {
        refreshPlan(task)
        if (task.next < due) due = task.next
    }
    setState(task, "waiting")
    arm(task, due)
    supervisor.reports.progress(
        "{0} restarts in {1} ms",
        task.name,
        due - task.doneAt
    )
}

/** The restarts are used up: failed until the next planned run, or for good. */
function useUp(task: TaskRecord): void {
    const count = effective(task, "maxRestarts")
    const seconds = effective(task, "window") / 1000
    const last = hasFailed(task) ? failureText(task.error) : "it returned"
    task.recent = undefined
    if (isPlanned(task)) refreshPlan(task)
    if (!isPlanned(task)) {
        task.log.alert(
            "failed for good after {0} restarts in {1} s, last: {2}",
            count,
            seconds,
            last
        )
        return failForGood(task, undefined)
    }
    task.flags |= FAILED
    setState(task, "failed")
    armNext(task)
    task.log.error(
        "failed until its next planned run after {0} restarts in {1} s, last: {2}",
        count,
        seconds,
        last
    )
}

/** The end of a task that failed: its parent knows, and others as its options say (T19b). */
function failForGood(task: TaskRecord, why: string | undefined): void {
    const { supervisor, parent } = task
    task.flags = (task.flags & ~(WANTED | HELD)) | FAILED
    dropPlan(task)
    disarm(task)
    if (why) recordFailure(task, "does not start", failure("LeftBehind", why))
    setState(task, "failed")
    supervisor.reports.progress("{0} {1}", task.name, task.state)
    if (parent) parent.failedChild = task
    const escalation = effective(task, "escalate")
    if (escalation === "link") {
        if (parent && parent.state === "running")
            failRun(parent, failure("Child", `${task.name} failed for good`))
    } else if (escalation !== "none" && supervisor.escalation !== "restart") {
        supervisor.reports.alert(
            "{0} failed for good: {1}",
            task.name,
            escalation
        )
        supervisor.escalation = escalation
        wake(supervisor)
    }
}

/** Fails the run of a task from outside; its restart policy decides what follows. */
function failRun(task: TaskRecord, why: Failure): void {
    recordFailure(task, "failed", why)
    requestStop(task)
}

// time

/** Does what the time of `task` had been set for. */
export function onDue(task: TaskRecord): void {
    const { state } = task
    if (state === "running") return checkWatchdog(task)
    if (state === "stopping") return leaveBehind(task)
    const now = task.supervisor.clock.millis()
    if (isPlanned(task) && task.next <= now) {
        consumeRun(task, planOf(task), now)
        // a restart policy counts within one planned run
        forgiveRestarts(task)
    }
    task.flags |= DUE
    enqueue(task)
}

/**
 * Looks at a task whose watchdog period is over. Feeding only notes the time, so this is where
 * the next look is planned: at the earliest moment at which the task could be silent too long.
 */
function checkWatchdog(task: TaskRecord): void {
    const { watchdog } = task.options
    if (watchdog === undefined) return
    const silent = task.supervisor.clock.millis() - task.fed
    if (silent < watchdog) return arm(task, task.fed + watchdog)
    const message = `silent for ${silent} ms, ${watchdog} ms allowed`
    task.flags |= FAILED
    task.error = failure("Watchdog", message)
    task.log.error("watchdog: {0} {1}", task.name, message)
    requestStop(task)
}

/**
 * Goes on without a fiber whose grace period is over. It is not freed: it may be in a wait of
 * somebody else, who would resume it later and panic the VM by that (60005).
 */
function leaveBehind(task: TaskRecord): void {
    const { supervisor } = task
    supervisor.left.push({ task, fiber: task.fiber })
    task.flags = (task.flags | HAS_LEFT) & ~PARKED
    task.log.error(
        "did not stop within {0} ms: this run is left behind where it waits",
        effective(task, "grace")
    )
    task.fiber = windUp.start(task, RUN)
}

/** How many runs of a task are left behind. */
export function leftRuns(task: TaskRecord): number {
    return task.supervisor.left.filter(left => left.task === task).length
}

// stop

/** Stops a task, whatever is planned. */
export function stopForGood(task: TaskRecord): void {
    task.flags &= ~WANTED
    requestStop(task)
}

/** Stops the run of a task that is under way, or about to restart; what is planned stays. */
export function stopRun(task: TaskRecord): void {
    if (isLive(task)) {
        task.flags |= KEEP_PLAN
        requestStop(task)
    } else if (task.state === "waiting" && !resumePlan(task)) stopForGood(task)
}

/**
 * Asks for a stop of a task. Its dependents and children have to stop before it; they are asked
 * as well, and theirs by the supervising fiber, which goes on from there step by step. Returns
 * at once; asking again changes nothing.
 */
function requestStop(task: TaskRecord): void {
    task.flags &= ~AGAIN
    if (!isLive(task)) return standDown(task)
    if (task.state === "stopping") return
    beginStop(task)
    advanceStop(task)
}

/** Stops a task that does not run; one that had returned, or waits for its next run, was up. */
function standDown(task: TaskRecord): void {
    const wasUp = isUp(task)
    stopWanting(task)
    if (wasUp) stopDependents(task)
}

function beginStop(task: TaskRecord): void {
    const { supervisor } = task
    disarm(task)
    setState(task, "stopping")
    supervisor.flags |= HAS_WAITERS | NEEDS_REVIEW
    wake(supervisor)
}

/**
 * Asks the children and dependents of a stopping task to stop, and lets the stop reach its body
 * once none of them runs any more.
 */
function advanceStop(task: TaskRecord): void {
    if ((task.flags & (CANCELLED | WINDING)) !== 0) return
    const { supervisor } = task
    let isBlocked = false
    for (const other of supervisor.tasks) {
        if (!isLive(other)) continue
        const isChild = other.parent === task
        if (!isChild && !requires(other, task)) continue
        isBlocked = true
        if (isChild) other.flags &= ~(WANTED | AGAIN)
        else holdBack(other, task)
        if (other.state !== "stopping") beginStop(other)
    }
    if (isBlocked) return
    task.flags |= CANCELLED
    arm(task, supervisor.clock.millis() + effective(task, "grace"))
    if ((task.flags & PARKED) !== 0) resumeFiber(task.fiber)
}

/** Has a live task wait, after its end, for one that it requires; that one waits for the end. */
function holdBack(task: TaskRecord, required: TaskRecord): void {
    task.flags |= HELD
    required.flags |= HAS_LEAVING
}

/** Stops the live tasks that require `task`, which is not up: they wait for it to be back. */
function stopDependents(task: TaskRecord): void {
    for (const other of task.supervisor.tasks) {
        if (!isLive(other) || !requires(other, task)) continue
        holdBack(other, task)
        requestStop(other)
    }
}

/** See `Task.ready`. */
export function setReady(task: TaskRecord, up: boolean): void {
    if (up) task.flags &= ~UNREADY
    else {
        task.flags |= UNREADY
        stopDependents(task)
    }
    scheduleReview(task.supervisor)
}

/** Whether a change of some other task may let this one go on. */
export function needsReview(task: TaskRecord): boolean {
    return (
        task.state === "stopping" ||
        (task.flags & (WANTED | HELD)) === (WANTED | HELD)
    )
}

/** Looks at a task that stops or waits for others. */
export function reviewTask(task: TaskRecord): void {
    if (task.state === "stopping") advanceStop(task)
    else if (!isLive(task)) proceed(task)
}

// restart, remove

/** Stops a task if it runs, and starts it again. */
export function requestRestart(task: TaskRecord): void {
    if (!hasParentUp(task)) return
    if (isLive(task)) {
        requestStop(task)
        task.flags |= WANTED | AGAIN
    } else {
        standDown(task)
        startTask(task)
    }
}

/** Stops a task and takes it out of the registry, its children with it. */
export function requestDelete(task: TaskRecord): void {
    task.flags |= DELETED
    stopForGood(task)
    if (!isLive(task)) removeTask(task)
}

/** Takes a task that is not running out of the registry, its children with it. */
export function removeTask(task: TaskRecord): void {
    const { supervisor } = task
    const { tasks, core } = supervisor
    const at = tasks.indexOf(task)
    if (at < 0) return
    task.flags |= DELETED
    tasks.insert(at, -1)
    delete supervisor.byName[task.name]
    const coreAt = core.indexOf(task)
    if (coreAt >= 0) core.insert(coreAt, -1)
    if ((task.flags & PARENT) !== 0) removeChildren(task)
    supervisor.log.freeTopic(task.log)
    stopWanting(task)
    scheduleReview(supervisor)
    wake(supervisor)
}

function removeChildren(task: TaskRecord): void {
    childrenOf(task).forEach(requestDelete)
}

/** Whether a task has ended and will not run again by itself. */
export function isOver(task: TaskRecord): boolean {
    return !isLive(task) && (task.flags & WANTED) === 0
}

function childrenOf(task: TaskRecord): TaskRecord[] {
    return task.supervisor.tasks.filter(other => other.parent === task)
}

// disable, enable, plans

/** Keeps a task from starting at boot, and stops it. */
export function disableTask(task: TaskRecord): void {
    task.flags |= DISABLED
    stopForGood(task)
}

/** Takes back `disableTask`, and starts the task unless only `start` does that. */
export function enableTask(task: TaskRecord): void {
    task.flags &= ~DISABLED
    if (isLive(task)) startTask(task)
    else if (task.options.autostart !== false && hasParentUp(task))
        startTask(task)
    else if (task.state === "disabled") rest(task)
}

/** Gives a task another plan until the next reset, and starts it by that plan. */
export function scheduleTask(task: TaskRecord, plan: Plan): void {
    task.plan = { in: plan.in, every: plan.every, at: plan.at }
    dropPlan(task)
    if (isLive(task)) {
        task.flags |= WANTED
        replan(task)
    } else if (hasParentUp(task)) {
        task.flags &= ~DUE
        enqueue(task)
    }
}

/** Takes the plan of a task away until the next reset; a run under way goes on. */
export function unscheduleTask(task: TaskRecord): void {
    task.plan = NO_PLAN
    endPlan(task)
}

/** Makes the plan fit changed options. */
export function planAgain(task: TaskRecord): void {
    task.plan = undefined
    if (!hasPlan(planOf(task))) endPlan(task)
    else if ((task.flags & WANTED) !== 0) replan(task)
}

function endPlan(task: TaskRecord): void {
    const { state } = task
    const wasPlanned = isPlanned(task)
    dropPlan(task)
    if (state === "scheduled") standDown(task)
    else if (state === "failed" && wasPlanned) {
        task.flags &= ~WANTED
        disarm(task)
    }
}

/** Plans the next run from now on. */
function replan(task: TaskRecord): void {
    const { clock } = task.supervisor
    beginPlan(task, planOf(task), clock.millis(), clock.wall())
    if (task.state === "scheduled") armNext(task)
}

/** Begins the watchdog of a running task anew, after its options have changed. */
export function watchAgain(task: TaskRecord): void {
    if (task.state !== "running") return
    const { watchdog } = task.options
    task.fed = task.supervisor.clock.millis()
    if (watchdog === undefined) disarm(task)
    else arm(task, task.fed + watchdog)
}
