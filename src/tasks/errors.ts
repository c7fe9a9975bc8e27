import { textOf } from "../log"
import { escapeControls, rangeError } from "../platform"
import { Failure, MAX_ERROR_CHARS, MAX_ERROR_NAME_CHARS } from "./options"

/** Name of the error of a call that cannot be carried out: bad name, over a limit, wrong state. */
export const TASK_ERROR = "TaskError"
/** Name of the error of a name or pattern that no task matches. */
export const UNKNOWN_TASK_ERROR = "UnknownTaskError"

/**
 * Thrown by the waits of a task once a stop is asked for. Let it pass, so that `finally` blocks
 * run. A run that catches it and continues is left behind after its grace period.
 * @devsWhenUsed
 */
export class TaskStopped extends Error {
    constructor(readonly taskName: string) {
        super(`task "${taskName}" is asked to stop`)
        this.name = "TaskStopped"
    }
}

/** A `TaskError`: the call cannot be carried out. */
export function taskError(task: string, problem: string): Error {
    return rangeError(TASK_ERROR, `task "${task}": ${problem}`)
}

/** An `UnknownTaskError`: no task matches this name or pattern. */
export function unknownTaskError(pattern: string): Error {
    const text = plainText(pattern, MAX_ERROR_CHARS)
    return rangeError(UNKNOWN_TASK_ERROR, `no task "${text}"`)
}

/** The bounded record of any thrown value: an error, a string, undefined. Never throws. */
export function toFailure(thrown: any): Failure {
    const error: any =
        thrown instanceof Error ? thrown : { name: "thrown", message: thrown }
    return {
        name: plainText(error.name, MAX_ERROR_NAME_CHARS),
        message: plainText(error.message, MAX_ERROR_CHARS),
        stack: error.__stack__,
    }
}

/** One line: class and message. */
export function failureText(failure: Failure): string {
    return failure.name === "thrown"
        ? failure.message
        : failure.name + ": " + failure.message
}

/** Where an error was thrown, as program counters that the build's debug info resolves. */
export function placeText(stack: Buffer | undefined): string {
    if (!stack || !stack.length) return ""
    const frames: string[] = []
    for (let i = 0; i + 1 < stack.length; i += 2)
        frames.push(`gpc:${stack.getAt(i, "u16")}`)
    return ` at ${frames.join(" ")}`
}

/** Any value as text of at most `most` characters, control characters escaped. Never throws. */
export function plainText(value: unknown, most: number): string {
    return escapeControls(textOf(value).slice(0, most)).slice(0, most)
}
