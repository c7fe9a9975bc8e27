import { format } from "node:util"
import { writeNothing } from "./files.ts"
import { printable, printableLines } from "./printable.ts"

/** Exit code that shells give a process that wrote to a pipe without a reader: 128 + SIGPIPE. */
const PIPE_CLOSED = 141
const FAILED = 1
/** Longest wait at the end for a reader that does not read, in ms. */
const LAST_WRITE_MS = 1000
/** Most bytes queued for a slow reader; lines beyond that are dropped and counted. */
const MAX_WAITING_BYTES = 16 << 20

let failure: number | undefined
let leftOut = 0
const listeners = new Set<() => void>()

/** Makes a failure to write to stdout end the process with an exit code and a message. */
export function watchOutput(): void {
    process.stderr.on("error", () => {
        // nobody can be told
    })
    process.stdout.on("error", lose)
    // Node's console.log ignores errors
    console.log = (...args) => write(`${format(...args)}\n`)
}

function write(text: string): void {
    try {
        process.stdout.write(text)
    } catch (error) {
        // a file is written at once, and fails here
        lose(error as NodeJS.ErrnoException)
    }
}

/** Ends the process when stdout cannot be written, as far as that can be told before work. */
export function checkStdout(): void {
    try {
        writeNothing(process.stdout.fd)
    } catch (error) {
        lose(error as NodeJS.ErrnoException)
        exit(FAILED)
    }
}

function lose(error: NodeJS.ErrnoException): void {
    if (failure !== undefined) return
    failure = error.code === "EPIPE" ? PIPE_CLOSED : FAILED
    if (failure === FAILED) complain(`stdout: ${error.message}`)
    for (const listener of listeners) listener()
}

/** Calls `listener` when nobody can read any more what is printed. */
export function onOutputLost(listener: () => void): void {
    if (failure === undefined) listeners.add(listener)
    else listener()
}

/** Waits until nobody can read any more what is printed. */
export function outputLost(): Promise<void> {
    return new Promise(resolve => onOutputLost(resolve))
}

/** Prints a line of live output, unless its reader is too far behind. */
export function printLive(text: string): void {
    if (failure !== undefined) return
    if (process.stdout.writableLength > MAX_WAITING_BYTES) leftOut++
    else write(`${text}\n`)
}

/**
 * Prints a line, and waits until its reader has taken most of what came before.
 * @returns false when nobody reads any more
 */
export async function printAll(text: string): Promise<boolean> {
    if (failure === undefined) write(`${text}\n`)
    if (failure === undefined && process.stdout.writableNeedDrain)
        await new Promise<void>(resolve => {
            const stop = () => {
                process.stdout.off("drain", stop)
                listeners.delete(stop)
                resolve()
            }
            process.stdout.on("drain", stop)
            listeners.add(stop)
        })
    return failure === undefined
}

/** Reports a problem on stderr in one line; `details`, as a compiler's output, follow it. */
export function complain(problem: string, details = ""): void {
    process.stderr.write(`fiberctl: ${printable(problem)}\n`)
    if (details) process.stderr.write(`${printableLines(details)}\n`)
}

/** Ends the process once the output is written, or its reader has had 1 s for it. */
export function exit(code: number): void {
    if (leftOut > 0)
        complain(`${leftOut} lines were left out: nobody read them in time`)
    const end = (error?: Error | null) => {
        if (error) lose(error)
        process.exit(failure ?? code)
    }
    if (failure !== undefined) return end()
    setTimeout(end, LAST_WRITE_MS)
    process.stdout.write("", end)
}
