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

/**
 * No task has this name or matches this pattern; the message lists near names.
 * @devsWhenUsed
 */
export class UnknownTaskError extends Error {
    constructor(
        readonly taskName: string,
        near: string[]
    ) {
        super(
            `no task "${taskName}"; near: ${near.join(", ") || "there are none"}`
        )
        this.name = "UnknownTaskError"
    }
}

/**
 * A task that cannot be had: bad name, bad option, over a limit. Nothing was changed.
 * @devsWhenUsed
 */
export class TaskError extends Error {
    constructor(
        readonly taskName: string,
        problem: string
    ) {
        super(`task "${taskName}": ${problem}`)
        this.name = "TaskError"
    }
}
