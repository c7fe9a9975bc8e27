import * as ds from "@devicescript/core"
import { WARNING } from "../log"
import { endOfTimers } from "../platform"
import { findCycle } from "./dependencies"
import { MAX_MS } from "./options"
import {
    enterSafeMode,
    leaveSafeMode,
    record,
    RESTART_LEAD_MS,
    restartAtEnd,
    shutDown,
} from "./safe-mode"
import {
    CLOSING,
    find,
    HAS_WAITERS,
    lower,
    makeCore,
    NEEDS_REVIEW,
    raise,
    SHUTTING_DOWN,
    START_REQUIRED,
    Supervisor,
    TaskRecord,
    TASKS_PER_SLICE,
    UNCHECKED,
    UNPROVEN,
} from "./state"
import { failCycle, needsReview, onDue, reviewTask } from "./transitions"

/** The supervising fiber: one for all tasks. It sleeps until the earliest timer or an event. */
export async function supervise(supervisor: Supervisor): Promise<void> {
    const { timers } = supervisor
    while ((supervisor.flags & CLOSING) === 0 || supervisor.tasks.length > 0) {
        let due = Infinity
        try {
            if ((supervisor.flags & NEEDS_REVIEW) !== 0)
                await review(supervisor)
            await attend(supervisor)
            due = attendDevice(supervisor)
        } catch (e: any) {
            supervisor.reports.exception("supervision", e)
            await ds.sleep(1)
        }
        if (timers.length > 0) due = Math.min(due, timers[0].due)
        // a caller with work for this fiber sets a flag or a timer, and resumes it if it waits
        if ((supervisor.flags & NEEDS_REVIEW) === 0)
            await ds.suspend(
                Math.constrain(due - supervisor.clock.millis(), 1, MAX_MS)
            )
    }
    supervisor.forgetClock()
}

/**
 * Work of the supervising fiber besides the tasks.
 * @returns when to call it again, in ms on the monotonic clock; Infinity for no such time
 */
function attendDevice(supervisor: Supervisor): number {
    const { safeUntil, escalation, clock } = supervisor
    const now = clock.millis()
    // NaN, of a clock that does not know, is before and after nothing
    const lastCall = endOfTimers(clock) - RESTART_LEAD_MS
    let due = Infinity
    if (now < lastCall) due = lastCall
    else if (now >= lastCall && (supervisor.flags & SHUTTING_DOWN) === 0) {
        raise(supervisor, SHUTTING_DOWN)
        restartAtEnd.start(supervisor)
    }
    if (escalation) {
        supervisor.escalation = undefined
        if (escalation === "restart")
            shutDown.start(
                supervisor,
                supervisor.restartDevice,
                undefined,
                true
            )
        else enterSafeMode.start(supervisor, "a task failed for good")
    }
    if ((supervisor.flags & UNPROVEN) !== 0) {
        const { startedAt, stableMs } = supervisor.journal
        const stableAt = startedAt + stableMs
        if (now < stableAt) due = Math.min(due, stableAt)
        else {
            lower(supervisor, UNPROVEN)
            // in its own fiber, since the flash may be slow and the tasks must not wait for it
            record.start(supervisor, false)
        }
    }
    // an undefined time is neither
    if (safeUntil <= now) leaveSafeMode.start(supervisor)
    return safeUntil < due ? safeUntil : due
}

/**
 * Handles all tasks whose timer has run out. It yields before the first: after the VM was held up,
 * bodies that were to run before their time was over come first.
 */
async function attend(supervisor: Supervisor): Promise<void> {
    const { timers, clock } = supervisor
    const now = clock.millis()
    let seen = 0
    while (timers.length > 0 && timers[0].due <= now) {
        if ((seen++ | 0) % TASKS_PER_SLICE === 0) {
            await ds.sleep(0)
            continue
        }
        const task = timers[0]
        timers.insert(0, -1)
        task.due = undefined
        onDue(task, now)
    }
}

/**
 * Reviews all tasks that stop or wait for others. A change that results from it needs another
 * round, which begins after a yield: a chain of tasks takes as many rounds as it has links.
 */
export async function review(supervisor: Supervisor): Promise<void> {
    lower(supervisor, NEEDS_REVIEW)
    await checkNewTasks(supervisor)
    // no list of those that wait: a heap in pieces may have none that is long enough
    let waiting = 0
    for (const task of supervisor.tasks) {
        if (!needsReview(task)) continue
        if ((++waiting | 0) % TASKS_PER_SLICE === 0) await ds.sleep(0)
        reviewTask(task)
    }
    if ((supervisor.flags & NEEDS_REVIEW) !== 0) await ds.sleep(0)
    else if (waiting === 0) lower(supervisor, HAS_WAITERS)
}

/**
 * Checks the tasks that have not been checked yet: fails the tasks of a cycle, and makes the tasks
 * that core tasks require core too, since all other tasks wait for core tasks.
 */
export async function checkNewTasks(supervisor: Supervisor): Promise<void> {
    if ((supervisor.flags & UNCHECKED) === 0) return
    lower(supervisor, UNCHECKED)
    for (const task of supervisor.tasks) {
        const { requires, after } = task.options
        if ((task.flags & START_REQUIRED) === 0 || (!requires && !after))
            continue
        if (after) warnOfAbsent(task, after)
        const cycle = await findCycle(task)
        if (cycle) failCycle(cycle)
    }
    // `makeCore` appends to the list, so required tasks of required tasks are found too
    const { core } = supervisor
    for (let i = 0; i < core.length; ++i) {
        const { requires } = core[i].options
        if (requires)
            for (const name of requires) {
                const other = find(supervisor, name)
                if (other) makeCore(other)
            }
    }
}

/** Warns of names in `after` that no task has. They are ignored, as systemd does silently. */
function warnOfAbsent(task: TaskRecord, after: string[]): void {
    const { supervisor } = task
    for (const other of after)
        if (!find(supervisor, other))
            supervisor.reports.log(
                WARNING,
                'task "{0}": after "{1}" is passed over, no such task',
                task.name,
                other
            )
}
