import { MAX_LOG_SEGMENTS } from "../../../platform"
import { checkRange } from "../../check"
import { Handler, HandlerOptions } from "../../handler"
import { ERROR } from "../../levels"
import { BoundedQueue } from "../../queue"
import { LogRecord } from "../../record"
import { cut } from "../../text"
import { LogFiles } from "./browse"
import { PendingLine, pendingLine } from "./line"
import { FlashLog } from "./log"
import {
    applyLimits,
    checkSettings,
    defaultSettings,
    FileOptions,
    FileSettings,
    MAX_NAME_BYTES,
    takeSettings,
} from "./options"
import { LogWorker } from "./worker"

/** Figures of the flash log since the start, for the wear of the flash. */
export interface FileStats {
    /** Bytes of lines taken for storing, line ends included. */
    bytes: number
    /** Segments written, rewrites of a part-filled one included. */
    writes: number
    /** Bytes programmed for them, without the store's own compaction. */
    programmed: number
}

/**
 * Keeps lines in flash: the current file `filename` and older ones `filename.1`, ...
 * `emit` only queues; a fiber of the handler's own writes in batches, and errors at once.
 * Format and guarantees: docs/flash-log.md.
 */
export class FileRotationHandler implements Handler {
    readonly advised: HandlerOptions = { level: ERROR }
    /** Lines that wait for their write, and the account of those that were dropped. */
    readonly queue: BoundedQueue<PendingLine>
    /** Reads what is stored. */
    readonly files: LogFiles
    private readonly slots: number
    private readonly settings: FileSettings
    private readonly log: FlashLog
    private readonly worker: LogWorker
    private closed = false

    /**
     * @param filename name of the current file, at most MAX_NAME_BYTES
     * @param maxSize most bytes of text in one file, line ends included
     * @throws RangeError for a value out of its limits, or files that need too many slots
     */
    constructor(
        readonly filename: string,
        maxSize: number,
        private readonly options: FileOptions
    ) {
        const first = options.firstSlot || 0
        checkRange("length of filename", filename.byteLength, 1, MAX_NAME_BYTES)
        checkRange("firstSlot", first, 0, MAX_LOG_SEGMENTS - 2)
        this.slots = options.slots || MAX_LOG_SEGMENTS - first
        checkRange("slots", this.slots, 2, MAX_LOG_SEGMENTS - first)
        this.settings = defaultSettings(maxSize)
        this.queue = new BoundedQueue<PendingLine>()
        this.log = new FlashLog(
            filename,
            options.flash,
            first,
            this.slots,
            options.onProblem
        )
        this.worker = new LogWorker(
            this.log,
            this.queue,
            this.settings,
            options
        )
        this.files = new LogFiles(filename, this.log, this.worker)
        this.configure(options)
    }

    /** Queues `line`. Never waits and never throws; what does not fit is dropped and counted. */
    emit(record: LogRecord, line: string): void {
        if (this.closed) return
        const { maxLine, maxSize } = this.settings
        const text = cut(line, Math.min(maxLine, maxSize - 1))
        const { level, time, wall } = record
        const entry = pendingLine(text, level, time, wall)
        if (this.queue.push(entry, text.byteLength + 1, level))
            this.worker.added(level)
    }

    /**
     * Looks for the files in flash, about 15 ms for each slot; lines that come meanwhile wait.
     * With `lazyOpen` that is left to the first line or read.
     */
    async open(): Promise<void> {
        this.closed = false
        if (!this.options.lazyOpen) await this.worker.call(async () => {})
    }

    /** Stores all lines logged so far. @returns false when the flash did not take them */
    async flush(): Promise<boolean> {
        const { writer } = this.log
        return await this.worker.call(async () => await writer.sync())
    }

    /**
     * Ends the current file after the lines logged so far; an empty one stays.
     * @returns false when the flash did not take it
     */
    async rotate(): Promise<boolean> {
        const { writer } = this.log
        return await this.worker.call(async () => await writer.rotateNow())
    }

    /**
     * Empties the log; lines that wait are discarded.
     * @returns false when the flash did not take it
     */
    async reset(): Promise<boolean> {
        const { writer } = this.log
        this.queue.clear()
        this.queue.takeDropped()
        return await this.worker.call(async () => await writer.reset())
    }

    /** Stores what waits and ends the handler's fiber; `open` starts it again. */
    async close(): Promise<void> {
        this.closed = true
        if (this.queue.length || this.log.writer.dirty()) await this.flush()
        this.worker.stop()
    }

    /**
     * Changes settings while running.
     * @param changes any of FileSettings
     * @throws RangeError that names the value; nothing is changed then
     */
    configure(changes: FileSettings): void {
        const next = takeSettings(this.settings, changes)
        checkSettings(next, this.slots)
        this.queue.configure({
            bytes: next.queueBytes,
            entries: next.queueEntries,
        })
        Object.assign(this.settings, next)
        applyLimits(this.log.limits, next, this.slots)
        this.worker.changed()
    }

    /** What was skipped or refused so far, one line each. */
    problems(): string[] {
        return this.log.problems.slice()
    }

    /** What has been written to flash since the start. */
    stats(): FileStats {
        const { writes, programmed } = this.log.stats
        return { bytes: this.log.writer.taken, writes, programmed }
    }
}
