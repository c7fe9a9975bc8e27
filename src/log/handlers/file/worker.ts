import { Signal, spawn } from "../../../platform"
import { recover } from "./recovery"
import { FlashLog, note, tell } from "./state"
import { storeLine, sync } from "./writer"

/** Most commands that may wait at once. */
const MAX_COMMANDS = 16
/** Wait after a failed write, doubled up to the longest: each try may cost an erase. */
const RETRY_MS = 1000
const LONGEST_RETRY_MS = 600_000

/** Says that a line of `level` has been queued. */
export function added(log: FlashLog, level: number): void {
    const { settings } = log
    if (level <= settings.flushLevel) log.urgent = true
    else if (log.lateAt !== undefined && !isFull(log)) return
    if (log.lateAt === undefined) log.lateAt = nextFlush(log)
    wake(log)
}

/** Says that the settings have changed: what waits is stored, and the new ones hold. */
export function changed(log: FlashLog): void {
    if (log.lateAt === undefined) return
    log.urgent = true
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
    if (!log.fiber)
        log.fiber = spawn(
            async () => {
                await run(log)
            },
            error => {
                log.fiber = undefined
                note(log, `stopped: ${error}`)
            }
        )
    log.signal.notify()
}

/** Stores lines by the flush policy, until none waits. */
async function run(log: FlashLog): Promise<void> {
    while (log.commands.length || log.lateAt !== undefined) {
        await log.signal.wait(timeLeft(log))
        if (!isDue(log)) continue
        try {
            await work(log)
            log.retry = 0
        } catch (e: any) {
            failed(log, e)
        }
    }
    log.fiber = undefined
}

/** When a line that comes now has to be written. */
function nextFlush({ settings, options }: FlashLog): number {
    const { flushTime } = settings
    return flushTime ? options.clock.millis() + flushTime : Infinity
}

function timeLeft({ lateAt, options }: FlashLog): number | undefined {
    if (lateAt === undefined || lateAt === Infinity) return undefined
    return Math.max(1, lateAt - options.clock.millis())
}

function isLate({ lateAt, options }: FlashLog): boolean {
    return lateAt <= options.clock.millis()
}

function isFull({ queue, dirty, settings }: FlashLog): boolean {
    return queue.bytes + dirty >= settings.flushBytes
}

function isDue(log: FlashLog): boolean {
    if (log.commands.length || isLate(log)) return true
    return !log.retry && (log.urgent || isFull(log))
}

async function work(log: FlashLog): Promise<void> {
    const { queue } = log
    if (!log.isOpen) await recover(log)
    const all = log.urgent || isLate(log)
    log.urgent = false
    await storeLine(log)
    while (true) {
        await runCommands(log)
        log.line = queue.shift()
        if (!log.line) break
        log.at = -1
        await storeLine(log)
    }
    if (all || log.dirty >= log.settings.flushBytes) await sync(log)
    log.lateAt = queue.length || log.dirty ? nextFlush(log) : undefined
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
    if (!log.retry)
        tell(log, `not stored: ${error.message || error}; lines wait in RAM`)
    log.retry = Math.min(log.retry * 2 || RETRY_MS, LONGEST_RETRY_MS)
    log.urgent = true
    if (log.lateAt !== undefined)
        log.lateAt = log.options.clock.millis() + log.retry
    endCommands(log)
}

function endCommands({ commands }: FlashLog): void {
    while (commands.length) commands.shift().done.notify()
}
