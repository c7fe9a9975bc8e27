import * as ds from "@devicescript/core"
import { resumeFiber, Signal, spawn } from "../platform"
import { recover } from "./recovery"
import { FlashLog, note, tell, URGENT } from "./state"
import { storeLine, sync } from "./writer"
import { lineToStore } from "./waiting"

/** Most commands that may wait at once. */
const MAX_COMMANDS = 16
/** Wait after a failed write, doubled up to the longest: each try may cost an erase. */
const RETRY_MS = 1000
const LONGEST_RETRY_MS = 600_000

/** Says that a line of `level` has been queued that wants the fiber's attention. */
export function attend(log: FlashLog, level: number): void {
    const { queue, options } = log
    // a line that came after the close
    if (log.closed) return queue.clear()
    if (log.lateAt === undefined) log.lateAt = nextFlush(log)
    if (level <= options.flushLevel) log.wakeLevel = URGENT
    // the fiber does not look before it runs, so neither need the next lines
    log.wakeBytes = isDue(log) ? Infinity : options.flushBytes - log.dirty
    wake(log)
}

/** Says that the settings have changed: what waits is stored, and the new ones hold. */
export function changed(log: FlashLog): void {
    if (log.lateAt === undefined) log.wakeLevel = log.options.flushLevel
    else {
        log.wakeLevel = URGENT
        wake(log)
    }
}

/**
 * Does `run` after the lines that are queued now.
 * @returns whether it was done; false when flash failed or too many wait
 */
export async function call(
    log: FlashLog,
    run: (log: FlashLog) => Promise<void>
): Promise<boolean> {
    const { queue, commands } = log
    if (commands.length >= MAX_COMMANDS) return false
    const after = queue.delivered + queue.length
    const command = { run, after, done: new Signal(), ok: false }
    commands.push(command)
    wake(log)
    await command.done.wait()
    return command.ok
}

/** Does nothing: the call alone opens the log. */
export async function nothing(log: FlashLog): Promise<void> {}

/** Ends the fiber. What waits stays where it is. */
export function stop(log: FlashLog): void {
    if (log.fiber) log.fiber.terminate()
    log.fiber = undefined
    endCommands(log)
}

function wake(log: FlashLog): void {
    if (!log.fiber) {
        log.resting = false
        log.fiber = spawn(
            async () => {
                await run(log)
            },
            error => {
                log.fiber = undefined
                note(log, `stopped: ${error}`)
            }
        )
    } else if (log.resting) {
        log.resting = false
        resumeFiber(log.fiber)
    }
}

/** Stores lines by the flush policy, until none waits. */
async function run(log: FlashLog): Promise<void> {
    while (log.commands.length || log.lateAt !== undefined) {
        if (!isDue(log)) {
            log.resting = true
            await ds.suspend(timeLeft(log))
            log.resting = false
            continue
        }
        try {
            await work(log)
        } catch (e: any) {
            failed(log, e)
        }
    }
    log.fiber = undefined
}

/** When a line that comes now has to be written. */
function nextFlush({ retry, options }: FlashLog): number {
    const { flushTime, clock } = options
    if (retry > 0) return clock.millis() + retry
    return flushTime > 0 ? clock.millis() + flushTime : Infinity
}

function timeLeft({ lateAt, options }: FlashLog): number | undefined {
    if (lateAt === Infinity) return undefined
    return Math.max(1, lateAt - options.clock.millis())
}

function isLate({ lateAt, options }: FlashLog): boolean {
    return lateAt <= options.clock.millis()
}

function isDue(log: FlashLog): boolean {
    if (log.commands.length || isLate(log)) return true
    if (log.retry > 0) return false
    const { queue, dirty, options } = log
    return log.wakeLevel === URGENT || queue.bytes + dirty >= options.flushBytes
}

async function work(log: FlashLog): Promise<void> {
    const { queue, options } = log
    const { maxLine, maxSize } = options
    if (!log.starts.length) await recover(log)
    const all = log.wakeLevel === URGENT || isLate(log)
    log.wakeLevel = options.flushLevel
    await storeLine(log)
    while (true) {
        await runCommands(log)
        const next = queue.shift()
        if (!next) break
        log.line = lineToStore(next, Math.min(maxLine, maxSize - 1))
        log.at = -1
        await storeLine(log)
    }
    if (all || log.dirty >= options.flushBytes) await sync(log)
    if (log.retry > 0) log.retry = 0
    const waiting = queue.bytes + log.dirty
    log.lateAt = waiting > 0 ? nextFlush(log) : undefined
    log.wakeBytes = waiting > 0 ? options.flushBytes - log.dirty : 0
}

async function runCommands(log: FlashLog): Promise<void> {
    const { commands, queue } = log
    while (commands.length) {
        const next = commands[0]
        if (queue.length && queue.delivered < next.after) return
        await next.run(log)
        commands.shift()
        next.ok = true
        next.done.notify()
    }
}

function failed(log: FlashLog, error: any): void {
    if (!(log.retry > 0))
        tell(log, `not stored: ${error.message ?? error}; lines wait in RAM`)
    log.retry =
        log.retry > 0 ? Math.min(log.retry * 2, LONGEST_RETRY_MS) : RETRY_MS
    if (log.lateAt === undefined) log.wakeBytes = 0
    else {
        log.wakeLevel = URGENT
        log.wakeBytes = Infinity
        log.lateAt = nextFlush(log)
    }
    endCommands(log)
}

function endCommands({ commands }: FlashLog): void {
    while (commands.length) commands.shift().done.notify()
}
