import { MAX_ERROR_CHARS } from "./defaults"

/** What is kept of an error: small, bounded, and free of references into the task. */
export interface Failure {
    /** Class of the error; "thrown" for a thrown value that is no error. */
    name: string
    /** Its message, cut to `MAX_ERROR_CHARS`. */
    message: string
    /**
     * Its stack as the VM keeps it: a little-endian u16 program counter for each frame, innermost
     * first, at most 16. The build's debug info resolves them to file and line on the host.
     */
    stack: Buffer | undefined
}

function textOf(value: any): string {
    try {
        return "" + value
    } catch (e: any) {
        return "value without text"
    }
}

/** The bounded record of anything that can be thrown: an error, a string, undefined. Never throws. */
export function toFailure(thrown: any): Failure {
    const isObject = thrown !== null && typeof thrown === "object"
    const message = textOf(isObject ? thrown.message : thrown)
    const stack = isObject ? thrown.__stack__ : undefined
    return {
        name: textOf((isObject ? thrown.name : undefined) ?? "thrown"),
        message: message.slice(0, MAX_ERROR_CHARS),
        stack: stack instanceof Buffer ? stack : undefined,
    }
}

/** One line: class and message. */
export function failureText(failure: Failure): string {
    return failure.name === "thrown"
        ? failure.message
        : failure.name + ": " + failure.message
}
