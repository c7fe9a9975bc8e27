import { inspect } from "node:util"
import { urlHost } from "./words.ts"

/** What the user asked for is wrong: exit code 2, one line. */
export class UsageError extends Error {
    readonly exitCode = 2
    constructor(problem: string) {
        super(problem)
        this.name = "UsageError"
    }
}

/** The firmware or its build failed: exit code 1, one line and the compiler's own output. */
export class FirmwareError extends Error {
    readonly exitCode: number = 1
    /** What the compiler or the VM said, printed below the line. */
    readonly details: string
    constructor(problem: string, details = "") {
        super(problem)
        this.name = "FirmwareError"
        this.details = details
    }
}

/** What was waited for did not come in time: exit code 4. */
export class TimeoutError extends FirmwareError {
    override readonly exitCode = 4
}

/** What a program of the user's has thrown, which may be anything, in words. */
export function thrownText(thrown: unknown): string {
    if (thrown instanceof Error) return thrown.message || thrown.name
    return typeof thrown === "string" ? thrown : inspect(thrown)
}

/** Why a server cannot listen. */
export function listenError(
    host: string,
    port: number,
    { code, message }: NodeJS.ErrnoException
): UsageError {
    return new UsageError(
        code === "EADDRINUSE"
            ? `port ${port} is in use`
            : `cannot listen on ${urlHost(host)}:${port} (${code ?? message})`
    )
}
