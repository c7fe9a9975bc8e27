import { rangeError } from "../platform"
import { Failure, MAX_ERROR_CHARS, MAX_ERROR_NAME_CHARS } from "./options"

/** Name of the error about a task that is not possible: bad name, over a limit, not now. */
export const TASK_ERROR = "TaskError"
/** Name of the error about a name or pattern that no task has. */
export const UNKNOWN_TASK_ERROR = "UnknownTaskError"

/**
 * Thrown by the waits of a task once a stop is asked for. Let it pass: `finally` blocks run
 * on its way. A run that catches it and goes on is left behind after its grace period.
 * @devsWhenUsed
 */
export class TaskStopped extends Error {
    constructor(readonly taskName: string) {
        super(`task "${taskName}" is asked to stop`)
        this.name = "TaskStopped"
    }
}

/** A `TaskError`: what was asked for is not possible; nothing was changed. */
export function taskError(task: string, problem: string): Error {
    return rangeError(TASK_ERROR, `task "${task}": ${problem}`)
}

/** An `UnknownTaskError`: no task has this name or matches this pattern; it lists near names. */
export function unknownTaskError(pattern: string, near: string[]): Error {
    const names = near.join(", ") || "there are none"
    return rangeError(
        UNKNOWN_TASK_ERROR,
        `no task "${plainText(pattern, MAX_ERROR_CHARS)}"; near: ${names}`
    )
}

/** The bounded record of anything that can be thrown: an error, a string, undefined. Never throws. */
export function toFailure(thrown: any): Failure {
    const isObject = typeof thrown === "object" && thrown !== null
    const own = isObject ? thrown.message : undefined
    const name = isObject ? thrown.name : undefined
    const stack = isObject ? thrown.__stack__ : undefined
    return {
        name: plainText(
            typeof name === "string" && name ? name : "thrown",
            MAX_ERROR_NAME_CHARS
        ),
        message: plainText(
            typeof own === "string"
                ? own
                : isObject
                  ? withoutStack(thrown)
                  : thrown,
            MAX_ERROR_CHARS
        ),
        stack: stack instanceof Buffer ? stack : undefined,
    }
}

/** The fields of an object that was thrown; the VM has put its stack among them. */
function withoutStack(thrown: object): object {
    const fields: any = Object.assign({}, thrown)
    delete fields.__stack__
    return fields
}

/** A failure that the supervision itself found. */
export function failure(name: string, message: string): Failure {
    return {
        name,
        message: plainText(message, MAX_ERROR_CHARS),
        stack: undefined,
    }
}

/** One line: class and message. */
export function failureText(failure: Failure): string {
    return failure.name === "thrown"
        ? failure.message
        : failure.name + ": " + failure.message
}

/** Where an error was thrown: program counters that the build's debug info resolves. */
export function placeText(stack: Buffer | undefined): string {
    if (!stack || !stack.length) return ""
    const frames: string[] = []
    for (let i = 0; i + 1 < stack.length; i += 2)
        frames.push(`gpc:${stack.getAt(i, "u16")}`)
    return ` at ${frames.join(" ")}`
}

/** Any value as text of at most `most` characters, with `?` for control characters. Never throws. */
export function plainText(value: any, most: number): string {
    let text = "value without text"
    try {
        // a template shows the fields of an object, where `+` shows its kind
        text = `${value}`.slice(0, most)
    } catch (e: any) {
        // an object that the VM cannot show
    }
    let start = 0
    let plain = ""
    for (let i = 0; i < text.length; ++i) {
        if (!isControl(text.charCodeAt(i))) continue
        plain += text.slice(start, i) + "?"
        start = i + 1
    }
    return start > 0 ? plain + text.slice(start) : text
}

function isControl(code: number): boolean {
    return code < 0x20 || (code >= 0x7f && code < 0xa0)
}
