import * as ds from "@devicescript/core"
import { Clock, spawn, Signal } from "../../../platform"
import { BoundedQueue } from "../../queue"
import { Command, command } from "./commands"
import { PendingLine } from "./line"
import { FlashLog } from "./log"
import { FileOptions, FileSettings } from "./options"

/** Most commands that may wait at once. */
const MAX_COMMANDS = 16
/** Wait after a failed write, doubled up to the longest: each try may cost an erase. */
const RETRY_MS = 1000
const LONGEST_RETRY_MS = 600_000

/** The fiber that takes lines from the queue and stores them, by the flush policy. */
export class LogWorker {
    private readonly signal = new Signal()
    private readonly commands: Command[] = []
    private fiber: ds.Fiber
    private urgent = false
    private waiting = false
    /** When the oldest line began to wait, in clock ms. */
    private since = 0
    private retry = 0
    private nextTry = 0
    private taken: PendingLine

    constructor(
        private readonly log: FlashLog,
        private readonly queue: BoundedQueue<PendingLine>,
        private readonly settings: FileSettings,
        private readonly options: FileOptions
    ) {}

    /** Starts the fiber, once. */
    start(): void {
        if (this.fiber) return
        const { log } = this
        this.fiber = spawn(this.run, error => log.note(`stopped: ${error}`))
    }

    /** Says that a line of `level` has been queued. */
    added(level: number): void {
        const { settings, queue } = this
        if (level <= settings.flushLevel) this.urgent = true
        else if (
            this.waiting &&
            queue.bytes + this.log.writer.dirty() < settings.flushBytes
        )
            return
        if (!this.waiting) this.since = this.options.clock.millis()
        this.waiting = true
        this.start()
        this.signal.notify()
    }

    /** Says that the settings have changed. */
    changed(): void {
        if (this.fiber) this.signal.notify()
    }

    /**
     * Does `run` after the lines that are queued now.
     * @returns whether it was done; false when flash failed or too many wait
     */
    async call(run: () => Promise<void>): Promise<boolean> {
        if (this.commands.length >= MAX_COMMANDS) return false
        const { queue } = this
        const entry = command(run, queue.at(queue.length - 1))
        this.commands.push(entry)
        this.start()
        this.signal.notify()
        await entry.done.wait()
        return entry.ok
    }

    /** Ends the fiber. What waits stays where it is. */
    stop(): void {
        if (this.fiber) this.fiber.terminate()
        this.fiber = undefined
        while (this.commands.length) this.commands.shift().done.notify()
    }

    private async run(): Promise<void> {
        while (true) {
            await this.signal.wait(this.timeLeft())
            if (!this.isDue()) continue
            try {
                await this.work()
                this.retry = 0
            } catch (e: any) {
                this.failed(e)
            }
        }
    }

    private timeLeft(): number | undefined {
        const now = this.options.clock.millis()
        const { flushTime } = this.settings
        if (this.retry) return Math.max(1, this.nextTry - now)
        if (!this.waiting || !flushTime) return undefined
        return Math.max(1, this.since + flushTime - now)
    }

    private isDue(): boolean {
        const now = this.options.clock.millis()
        if (this.commands.length) return true
        if (this.retry && now < this.nextTry) return false
        return this.urgent || (this.waiting && (this.isFull() || this.isLate()))
    }

    private isFull(): boolean {
        const dirty = this.log.writer.dirty()
        return this.queue.bytes + dirty >= this.settings.flushBytes
    }

    private isLate(): boolean {
        const { flushTime } = this.settings
        const waited = this.options.clock.millis() - this.since
        return flushTime > 0 && waited >= flushTime
    }

    private async work(): Promise<void> {
        const { log, options, settings } = this
        if (!log.isOpen) await log.open(!!options.overwriteOnOpen)
        const now = this.urgent || this.isLate()
        this.urgent = false
        await log.writer.finish()
        await this.drain()
        const dirty = log.writer.dirty()
        if (dirty && (now || dirty >= settings.flushBytes))
            await log.writer.sync()
        this.since = options.clock.millis()
        this.waiting = this.queue.length > 0 || log.writer.dirty() > 0
    }

    private async drain(): Promise<void> {
        while (true) {
            await this.runCommands()
            const line = this.queue.shift()
            if (!line) return
            this.taken = line
            await this.log.writer.append(line)
        }
    }

    private async runCommands(): Promise<void> {
        const { commands, queue } = this
        while (commands.length) {
            const next = commands[0]
            if (queue.length && next.after && next.after !== this.taken) return
            await next.run()
            commands.shift()
            next.ok = true
            next.done.notify()
        }
    }

    private failed(error: any): void {
        const { log, commands } = this
        if (!this.retry)
            log.tell(`not stored: ${error.message || error}; lines wait in RAM`)
        this.retry = Math.min(this.retry * 2 || RETRY_MS, LONGEST_RETRY_MS)
        this.nextTry = this.options.clock.millis() + this.retry
        this.urgent = true
        while (commands.length) commands.shift().done.notify()
    }
}
