import * as ds from "@devicescript/core"
import { cut } from "../log"
import { resumeFiber, Signal } from "../platform"
import { recover } from "./recovery"
import { FlashLog, tell } from "./state"
import { storeLine, sync } from "./writer"

/** Most commands that may wait at once. */
const MAX_COMMANDS = 16
/** Wait after a failed write, doubled up to the longest: each try may cost an erase. */
const RETRY_MS = 1000
const LONGEST_RETRY_MS = 600_000
/** Longest that a fiber can wait at a time. */
const LONGEST_WAIT_MS = 2147483647

/** Says that a line of `level` has been queued that wants the fiber's attention. */
export function attend(log: FlashLog, level: number): void {
    // a line that came after the close
    if (log.closed) return log.queue.clear()
    if (log.dueAt !== 0)
        plan(log, level <= log.options.flushLevel && log.retry === 0)
    wake(log)
}

/** Says that the settings have changed: what waits is stored, and the new ones hold. */
export function changed(log: FlashLog): void {
    plan(log, true)
    wake(log)
}

/**
 * Does `run` after the lines that are queued now.
 * @returns whether it was done; false when flash failed or too many wait
 */
export async function call(
    log: FlashLog,
    run: (log: FlashLog) => Promise<void>
): Promise<boolean> {
    const { commands } = log
    if (commands.length >= MAX_COMMANDS) return false
    const command = { run, done: new Signal(), ok: false }
    commands.push(command)
    wake(log)
    await command.done.wait()
    return command.ok
}

/** Does nothing: the call alone opens the log. */
export async function nothing(log: FlashLog): Promise<void> {}

/** Lets the fiber look whether there is something to do; it ends when the log is closed. */
export function wake(log: FlashLog): void {
    if (!log.fiber) log.fiber = run.start(log)
    else if (log.resting) {
        log.resting = false
        resumeFiber(log.fiber)
    }
}

/** Stores lines by the flush policy, until none waits. */
async function run(log: FlashLog): Promise<void> {
    const { commands, options } = log
    while (commands.length || (!log.closed && log.dueAt !== undefined)) {
        if (isDue(log)) await work(log)
        else {
            log.resting = true
            const left = log.dueAt - options.clock.millis()
            await ds.suspend(Math.constrain(left, 1, LONGEST_WAIT_MS))
            log.resting = false
        }
    }
    log.fiber = undefined
}

/** Says when what waits is to be written, and how many bytes want attention before. */
function plan(log: FlashLog, now: boolean): void {
    const { queue, options, dirty, retry } = log
    const { flushTime, flushBytes, clock } = options
    log.wakeBytes = 0
    if (queue.bytes + dirty === 0) log.dueAt = undefined
    else {
        const wait = retry > 0 ? retry : flushTime
        if (now) log.dueAt = 0
        else if (log.dueAt === undefined)
            log.dueAt = wait > 0 ? clock.millis() + wait : Infinity
        // the fiber does not look before it runs, so neither need the next lines
        log.wakeBytes = retry > 0 || isDue(log) ? Infinity : flushBytes - dirty
    }
}

function isLate({ dueAt, options }: FlashLog): boolean {
    return dueAt <= options.clock.millis()
}

function isDue(log: FlashLog): boolean {
    const { queue, dirty, options, commands, retry } = log
    if (commands.length || isLate(log)) return true
    return retry === 0 && queue.bytes + dirty >= options.flushBytes
}

/** Stores the lines that are queued now, and does one command. */
async function work(log: FlashLog): Promise<void> {
    const { queue, options, commands } = log
    const command = commands[0]
    const isAll = isLate(log)
    // what a command leaves in RAM keeps its time; lines that come meanwhile say when they are due
    if (isAll || !command) log.dueAt = undefined
    log.wakeBytes = 0
    try {
        let left = queue.length
        if (!log.starts.length) await recover(log)
        await storeLine(log)
        for (; left > 0 && queue.length; --left) {
            takeLine(log)
            await storeLine(log)
        }
        if (command) {
            await command.run(log)
            commands.shift()
            command.ok = true
            command.done.notify()
        }
        if (isAll || log.dirty >= options.flushBytes) await sync(log)
        log.retry = 0
    } catch (e: any) {
        failed(log, e)
    }
    plan(log, false)
}

/** Makes the oldest line of the queue the one to store. */
function takeLine(log: FlashLog): void {
    const { maxLine, maxSize } = log.options
    const next = log.queue.shift()
    log.tag = parseInt(next)
    const text = next.slice(next.indexOf(" ") + 1)
    log.text = cut(text, Math.min(maxLine, maxSize - 1))
    log.at = -1
}

function failed(log: FlashLog, error: any): void {
    const { retry, commands } = log
    if (retry === 0)
        tell(log, `not stored: ${error.message ?? error}; lines wait in RAM`)
    log.retry = Math.constrain(2 * retry, RETRY_MS, LONGEST_RETRY_MS)
    log.dueAt = undefined
    while (commands.length) commands.shift().done.notify()
}
