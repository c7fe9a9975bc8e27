import * as ds from "@devicescript/core"
import { cut, dropAll, leave, NONE, takeDropped } from "../log"
import { entryEnd, entryText, resumeFiber, Signal } from "../platform"
import { recover } from "./recovery"
import { heldBy } from "./slots"
import { FlashLog, tell } from "./state"
import { shrink, storeLine, sync } from "./writer"

/** Most commands that may be queued at once. */
const MAX_COMMANDS = 16
/** Delay after a failed write, doubled up to the longest: each try may cost a flash erase. */
const RETRY_MS = 1000
const LONGEST_RETRY_MS = 600_000
/** Values of `dueAt` for work at once: write all that is queued, or full segments only. */
const ALL_NOW = -1
const FULL_NOW = 0
/** A level less severe than any: no line is urgent. */
const LEAST_URGENT = 9

/** Plans the write of a line of `level` that `emit` has queued. */
export function attend(log: FlashLog, level: number): void {
    // the line was logged after `close`: who closed the log need not be told
    if (log.closed) discard(log)
    else plan(log, level)
}

/** Drops what is queued: it counts as dropped, without a report. */
export function discard({ queue }: FlashLog): void {
    dropAll(queue)
    takeDropped(queue)
}

/** Applies changed settings: queued lines are stored at once. */
export function changed(log: FlashLog): void {
    plan(log, NONE)
}

/**
 * Calls `run` after the lines that are queued now have been stored.
 * @returns whether it was done; false when the flash failed or MAX_COMMANDS are queued already
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

/** A command that does nothing: `call` with it opens the log. */
export async function nothing(log: FlashLog): Promise<void> {}

/** Starts or resumes the fiber, which does what is due, or ends when the log is closed. */
export function wake(log: FlashLog): void {
    if (!log.fiber) log.fiber = run.start(log)
    else if (log.resting) {
        log.resting = false
        resumeFiber(log.fiber)
    }
}

/** Bytes that are not in flash yet: those in the queue and in the segment in RAM. */
export function waitingBytes({ queue, dirty }: FlashLog): number {
    return queue.bytes + dirty
}

/**
 * Sets the time of the next write, unless an earlier one is set.
 * @param level the most severe of the new lines
 */
function plan(log: FlashLog, level: number): void {
    const { options, dirty, retry } = log
    const { flushTime, flushBytes, flushLevel, clock } = options
    const waiting = waitingBytes(log)
    log.wakeBytes = 0
    if (waiting === 0) return
    let dueAt = Infinity
    if (retry > 0) dueAt = clock.millis() + retry
    else if (level <= flushLevel) dueAt = ALL_NOW
    else if (waiting >= flushBytes) dueAt = FULL_NOW
    else if (flushTime > 0) dueAt = clock.millis() + flushTime
    log.dueAt = Math.min(log.dueAt, dueAt)
    // a write or a retry is planned already: further lines need not wake the fiber
    const isCalm = retry > 0 || log.dueAt <= FULL_NOW
    log.wakeBytes = isCalm ? Infinity : flushBytes - dirty
    wake(log)
}

/** Stores lines by the flush policy, until none is due. */
async function run(log: FlashLog): Promise<void> {
    const { commands, options } = log
    while (commands.length || (log.dueAt < Infinity && !log.closed)) {
        const left = log.dueAt - options.clock.millis()
        if (commands.length || left <= 0) await work(log)
        else {
            log.resting = true
            // no longer than the VM lets a fiber wait, which is the limit of `flushTime`
            await ds.suspend(left)
            log.resting = false
        }
    }
    log.fiber = undefined
}

/** Stores the lines that are queued now, and does one command. */
async function work(log: FlashLog): Promise<void> {
    const { queue, options, commands, dueAt } = log
    const command = commands[0]
    const isDue = dueAt <= options.clock.millis()
    let left = queue.length
    // lines logged meanwhile set it again
    if (isDue) {
        log.dueAt = Infinity
        // here, as a command that fails must not put the next try off
        log.retry *= 2
    }
    try {
        if (!log.starts.length) await recover(log)
        // of a line that was not stored a part may be in a file that must not become larger
        if (log.text !== undefined) await shrink(log)
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
        const isAll = isDue && dueAt !== FULL_NOW
        if (isAll || log.dirty >= options.flushBytes) await sync(log)
        if (log.retry > 0) {
            tell(log, "stored again")
            // what was logged meanwhile was put off to the next try
            log.dueAt = ALL_NOW
        }
        log.retry = 0
    } catch (e: any) {
        failed(log, e)
    }
    plan(log, LEAST_URGENT)
}

/** Takes the oldest line from the queue, to be stored. */
function takeLine(log: FlashLog): void {
    const { queue, options } = log
    const { maxLine, maxSize } = options
    const at = queue.end - queue.bytes
    const end = entryEnd(queue, at)
    const next = entryText(queue, at, end)
    leave(queue, end - at)
    log.tag = parseInt(next)
    const text = next.slice(next.indexOf(" ") + 1)
    log.text = cut(text, Math.min(maxLine, maxSize - 1))
    log.stored = -1
}

function failed(log: FlashLog, error: any): void {
    const { retry, commands } = log
    if (retry === 0)
        tell(log, `not stored: ${error.message ?? error}; lines wait in RAM`)
    log.retry = Math.constrain(retry, RETRY_MS, LONGEST_RETRY_MS)
    while (commands.length) commands.shift().done.notify()
    // it may be for want of slots
    for (const peer of log.peers)
        if (heldBy(peer) > peer.share) call.start(peer, shrink)
}
