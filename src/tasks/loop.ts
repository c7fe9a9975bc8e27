import * as ds from "@devicescript/core"
import { admitNewTasks } from "./cycles"
import { effective } from "./effective"
import { windUpSafely } from "./lifecycle"
import { prove } from "./prove"
import { enqueue, proceed } from "./requests"
import { consumePlan } from "./schedule"
import { DUE, HELD, WANTED } from "./states"
import { advanceStop } from "./stopping"
import { CLOSED, CONCERNED, DIRTY, UNPROVEN } from "./supervisor"
import type { Supervisor } from "./supervisor"
import type { Task } from "./task"
import { takeDue } from "./timers"
import { checkWatchdog } from "./watchdog"

/** After so many held tasks looked at, the loop yields: a slice has a limited number of steps. */
const TASKS_PER_SLICE = 8

/** The supervising fiber: one for all tasks, asleep until the soonest time or an event. */
export async function supervise(supervisor: Supervisor): Promise<void> {
    const { timers, clock } = supervisor
    while (!(supervisor.flags & CLOSED)) {
        try {
            if (supervisor.flags & DIRTY) await reconsider(supervisor)
            let task = takeDue(supervisor)
            while (task) {
                attend(task)
                task = takeDue(supervisor)
            }
        } catch (e: any) {
            supervisor.reports.exception("supervision", e)
        }
        let due = timers.length ? timers[0].due : Infinity
        if (supervisor.flags & UNPROVEN) due = Math.min(due, prove(supervisor))
        // who wants something sets a flag or a time, and resumes this fiber if it waits
        if (!(supervisor.flags & (DIRTY | CLOSED)))
            await ds.suspend(
                due === Infinity ? undefined : Math.max(0, due - clock.millis())
            )
    }
}

/** Looks at all tasks that stop or wait for others. */
export async function reconsider(supervisor: Supervisor): Promise<void> {
    const { tasks } = supervisor
    supervisor.flags &= ~DIRTY
    await admitNewTasks(supervisor)
    let seen = 0
    for (let i = 0; i < tasks.length; ++i) {
        const task = tasks[i]
        if (!isConcerned(task)) continue
        if (task.state === "stopping") advanceStop(task)
        else proceed(task)
        if (++seen % TASKS_PER_SLICE === 0) await ds.sleep(0)
    }
    if (!(supervisor.flags & DIRTY) && !tasks.some(isConcerned))
        supervisor.flags &= ~CONCERNED
}

/** Whether a change of some other task may let this one go on. */
function isConcerned(task: Task): boolean {
    return (
        task.state === "stopping" ||
        (task.flags & (WANTED | HELD)) === (WANTED | HELD)
    )
}

/** Does what the time of `task` had been set for. */
function attend(task: Task): void {
    const { state } = task
    if (state === "running") checkWatchdog(task)
    else if (state === "stopping") terminate(task)
    else {
        if (state === "scheduled") consumePlan(task)
        task.flags |= DUE
        enqueue(task)
    }
}

/** Ends a run whose grace period is over; a new fiber does what is left of its end. */
function terminate(task: Task): void {
    try {
        task.fiber.terminate()
    } catch (e: any) {
        // the fiber is gone already
    }
    task.log.error(
        "did not stop within {0} ms and was terminated",
        effective(task, "grace")
    )
    task.fiber = windUpSafely.start(task)
}
