import * as ds from "@devicescript/core"
import { admitNewTasks } from "./cycles"
import { effective } from "./effective"
import { windUpSafely } from "./lifecycle"
import { enqueue, proceed } from "./requests"
import { consumePlan } from "./schedule"
import { DUE, HELD, WANTED } from "./states"
import { advanceStop } from "./stopping"
import type { Supervisor } from "./supervisor"
import type { Task } from "./task"
import { takeDue } from "./timers"
import { checkWatchdog } from "./watchdog"

/** After so many held tasks looked at, the loop yields: a slice has a limited number of steps. */
const TASKS_PER_SLICE = 8

/** The supervising fiber: one for all tasks, asleep until the soonest time or an event. */
export async function supervise(supervisor: Supervisor): Promise<void> {
    const { timers, clock, work } = supervisor
    while (!supervisor.closed) {
        try {
            if (supervisor.dirty) await reconsider(supervisor)
            let task = takeDue(supervisor)
            while (task) {
                attend(task)
                task = takeDue(supervisor)
            }
        } catch (e: any) {
            supervisor.journal.exception("supervision", e)
        }
        await work.wait(
            timers.length
                ? Math.max(0, timers[0].due - clock.millis())
                : undefined
        )
    }
}

/** Looks at all tasks that wait for others. */
export async function reconsider(supervisor: Supervisor): Promise<void> {
    const { tasks } = supervisor
    supervisor.dirty = false
    await admitNewTasks(supervisor)
    let seen = 0
    for (let i = 0; i < tasks.length; ++i) {
        const task = tasks[i]
        if (task.state === "stopping") advanceStop(task)
        else if (task.flags & WANTED && task.flags & HELD) proceed(task)
        else continue
        if (++seen % TASKS_PER_SLICE === 0) await ds.sleep(0)
    }
}

/** Does what the time of `task` had been set for. */
function attend(task: Task): void {
    const { state } = task
    if (state === "scheduled") {
        consumePlan(task)
        task.flags |= DUE
        enqueue(task)
    } else if (state === "waiting") {
        task.flags |= DUE
        enqueue(task)
    } else if (state === "running") checkWatchdog(task)
    else if (state === "stopping") terminate(task)
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
