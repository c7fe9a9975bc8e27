import { cancelWhenClear, proceed, startTask } from "./requests"
import { begin, windUp } from "./lifecycle"
import { effective } from "./settings"
import { HELD, TERMINATED, WANTED } from "./states"
import type { Supervisor } from "./supervisor"
import type { Task } from "./task"

/** The supervising fiber: one for all tasks, asleep until the soonest time or an event. */
export async function supervise(supervisor: Supervisor): Promise<void> {
    const { timers, clock, work } = supervisor
    supervisor.booted = true
    supervisor.dirty = true
    while (true) {
        try {
            if (supervisor.dirty) reconsider(supervisor)
            const now = clock.millis()
            let task = timers.takeDue(now)
            while (task) {
                attend(task)
                task = timers.takeDue(now)
            }
        } catch (e: any) {
            supervisor.journal.exception("supervision", e)
        }
        const soonest = timers.soonest()
        await work.wait(
            soonest === undefined
                ? undefined
                : Math.max(0, soonest - clock.millis())
        )
    }
}

/** Looks at all tasks that wait for others. */
function reconsider(supervisor: Supervisor): void {
    supervisor.dirty = false
    for (const task of supervisor.tasks.slice()) {
        if (task.state === "stopping") cancelWhenClear(task)
        else if (task.flags & WANTED && task.flags & HELD) proceed(task)
    }
}

/** Does what the time of `task` had been set for. */
function attend(task: Task): void {
    switch (task.state) {
        case "scheduled":
            begin(task)
            break
        case "waiting":
            task.supervisor.journal.info("{0}: restarting", task.name)
            begin(task)
            break
        case "running":
            checkWatchdog(task)
            break
        case "stopping":
            terminate(task)
            break
        default:
            break
    }
}

function checkWatchdog(task: Task): void {
    const { supervisor } = task
    const due = task.fed + task.options.watchdog
    if (due > supervisor.clock.millis()) supervisor.arm(task, due)
}

/** Ends a run whose grace period is over; a new fiber does what is left of its end. */
function terminate(task: Task): void {
    try {
        task.fiber.terminate()
    } catch (e: any) {
        // the fiber is gone already
    }
    task.flags |= TERMINATED
    task.log.error(
        "did not stop within {0} ms and was terminated",
        effective(task, "grace")
    )
    task.fiber = windUp.start(task)
}
