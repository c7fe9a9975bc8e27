import { MAX_LOG_SEGMENTS } from "../../../platform"
import { checkRange } from "../../check"
import { Formatter, singleLine } from "../../formatters"
import { Handler, HandlerOptions } from "../../handler"
import { ERROR } from "../../levels"
import { BoundedQueue } from "../../queue"
import { LogRecord } from "../../record"
import { cut } from "../../text"
import { LogFiles } from "./browse"
import { PendingLine } from "./line"
import {
    changeSettings,
    defaultSettings,
    FileOptions,
    FileSettings,
    MAX_NAME_BYTES,
    slotCount,
} from "./options"
import { FlashLog, newLog } from "./state"
import { added, call, changed, nothing, stop } from "./worker"
import { reset, rotateNow, sync } from "./writer"

/** Figures of the flash log since the start, for the wear of the flash. */
export interface FileStats {
    /** Bytes of lines stored, line ends included; without times and levels. */
    bytes: number
    /** Segments written, rewrites of a part-filled one included. */
    writes: number
    /** Bytes programmed for them, without the store's own compaction. */
    programmed: number
}

/**
 * Keeps lines in flash: the current file `filename` and older ones `filename.1`, ...
 * `emit` only queues; a fiber of the handler's own writes in batches, and errors at once.
 * It is its own formatter, since level and time of a line are stored in 3 bytes and need not
 * stand in its text too. Format and guarantees: docs/flash-log.md.
 * @devsWhenUsed
 */
export class FileRotationHandler implements Handler, Formatter {
    readonly advised: HandlerOptions
    /** Lines that wait for their write, and the account of those that were dropped. */
    readonly queue: BoundedQueue<PendingLine>
    /** Reads what is stored. */
    readonly files: LogFiles
    private readonly log: FlashLog

    /**
     * @param filename name of the current file, at most MAX_NAME_BYTES
     * @param maxSize most bytes of text in one file as it is stored, line ends included
     * @throws RangeError for a value out of its limits, or files that need too many slots
     */
    constructor(filename: string, maxSize: number, options: FileOptions) {
        const slots = slotCount(options)
        checkRange("length of filename", filename.byteLength, 1, MAX_NAME_BYTES)
        checkRange("slots", slots, 2, MAX_LOG_SEGMENTS)
        const defaults = defaultSettings(maxSize)
        const settings = changeSettings(defaults, options, slots)
        this.log = newLog(filename, options, settings)
        this.queue = this.log.queue
        this.files = new LogFiles(this.log)
        this.advised = { level: ERROR, formatter: this }
    }

    /** What is stored of a record besides its level and time: `[NAME] message`. */
    format(record: LogRecord): string {
        let { message } = record
        if (message.indexOf("\n") >= 0) message = singleLine(message)
        return `[${record.mark || record.topic}] ${message}`
    }

    /** Queues `line`. Never waits and never throws; what does not fit is dropped and counted. */
    emit(record: LogRecord, line: string): void {
        const { log } = this
        const { level, wall } = record
        const { maxLine, maxSize } = log.settings
        if (log.closed) return
        const text = cut(line, Math.min(maxLine, maxSize - 1))
        const known = wall !== undefined
        // not Math.idiv, which takes 32 bits only
        const time = Math.floor((known ? wall : record.time) / 1000)
        const entry = { text, level, time, wall: known }
        if (this.queue.push(entry, text.byteLength + 1, level))
            added(log, level)
    }

    /**
     * Looks for the files in flash, about 15 ms for each slot; lines that come meanwhile wait.
     * With `lazyOpen` that is left to the first line or read.
     */
    async open(): Promise<void> {
        this.log.closed = false
        if (!this.log.options.lazyOpen) await call(this.log, nothing)
    }

    /** Stores all lines logged so far. @returns false when the flash did not take them */
    async flush(): Promise<boolean> {
        return await call(this.log, sync)
    }

    /**
     * Ends the current file after the lines logged so far; an empty one stays.
     * @returns false when the flash did not take it
     */
    async rotate(): Promise<boolean> {
        return await call(this.log, rotateNow)
    }

    /**
     * Empties the log; lines that wait are discarded.
     * @returns false when the flash did not take it
     */
    async reset(): Promise<boolean> {
        this.queue.clear()
        this.queue.takeDropped()
        return await call(this.log, reset)
    }

    /** Stores what waits and ends the handler's fiber; `open` starts it again. */
    async close(): Promise<void> {
        const { log } = this
        log.closed = true
        if (log.lateAt !== undefined) await call(log, sync)
        stop(log)
    }

    /**
     * Changes settings while running; what waits is stored at once.
     * @param changes any of FileSettings
     * @throws RangeError that names the value; nothing is changed then
     */
    configure(changes: FileSettings): void {
        const { log } = this
        const slots = slotCount(log.options)
        log.settings = changeSettings(log.settings, changes, slots)
        changed(log)
    }

    /** What was skipped or refused so far, one line each. */
    problems(): string[] {
        return this.log.problems.slice()
    }

    /** What has been written to flash since the start. */
    stats(): FileStats {
        const { taken, writes, programmed } = this.log
        return { bytes: taken, writes, programmed }
    }
}
