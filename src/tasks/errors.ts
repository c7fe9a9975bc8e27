/**
 * Thrown by the waits of a task once a stop is asked for. Let it pass: `finally` blocks run
 * on its way. A task that catches it and goes on is terminated after its grace period.
 * @devsWhenUsed
 */
export class TaskStopped extends Error {
    constructor(readonly taskName: string) {
        super(`task "${taskName}" is asked to stop`)
        this.name = "TaskStopped"
    }
}

// The others are told apart by their name, not by a class, which would take 94 bytes of heap each.

/** A `TaskError`: a task that cannot be had (bad name, bad option, over a limit); nothing was changed. */
export function taskError(task: string, problem: string): Error {
    return named("TaskError", `task "${task}": ${problem}`)
}

/** An `UnknownTaskError`: no task has this name or matches this pattern; it lists near names. */
export function unknownTaskError(task: string, near: string[]): Error {
    const names = near.join(", ") || "there are none"
    return named("UnknownTaskError", `no task "${task}"; near: ${names}`)
}

function named(name: string, message: string): Error {
    const error = new Error(message)
    error.name = name
    return error
}
