import {
    BoundedQueue,
    cut,
    ERROR,
    Handler,
    HandlerOptions,
    LogRecord,
    MAX_MESSAGE,
    nativeFormat,
} from "../log"
import { LogFiles } from "./browse"
import {
    changeSettings,
    completeOptions,
    FileOptions,
    FileSettings,
} from "./options"
import { claimSlots, grantSlots, releaseSlots } from "./slots"
import { FlashLog, newLog } from "./state"
import { attend, call, changed, nothing, waitingBytes, wake } from "./worker"
import { clear, reset, rotateNow, sync } from "./writer"

/** Bytes of a queued line besides text and name, at most. */
const QUEUED_BYTES = 16

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
 * `emit` only queues; the handler's fiber makes lines of what is queued, `[NAME] message`
 * unless a formatter of the handler's options has, and writes them in batches, errors at once.
 * Level and time of a line are stored beside its text. Format and guarantees: docs/flash-log.md.
 * @devsWhenUsed
 */
export class FileRotationHandler implements Handler {
    /** Lines that wait for their write, and the account of those that were dropped. */
    readonly queue: BoundedQueue<string>
    private readonly log: FlashLog
    /** Reads what is stored. */
    readonly files: LogFiles

    /**
     * @param filename name of the current file, at most MAX_NAME_BYTES
     * @param maxSize most bytes of text in one file as it is stored, line ends included
     * @throws RangeError for a value out of its limits, or files that need too many slots
     */
    constructor(filename: string, maxSize: number, options: FileOptions) {
        const log = newLog(completeOptions(filename, maxSize, options))
        claimSlots(log)
        this.queue = log.queue
        this.log = log
        this.files = new LogFiles(log)
    }

    defaultOptions(): HandlerOptions {
        return { level: ERROR, formatter: null }
    }

    /** Queues a record. Never waits and never throws; what does not fit is dropped and counted. */
    emit(record: LogRecord, line: string): void {
        const log = this.log
        const queue = this.queue
        const level = record.level
        let text = record.message
        let name = record.mark
        if (!name) name = record.topic
        if (line !== undefined) {
            text = cut(line, MAX_MESSAGE)
            name = ""
        }
        // what is dropped is not worth making a string of it first
        const bytes = text.byteLength + name.byteLength + QUEUED_BYTES
        if (!queue.admits(bytes, level)) return
        let time = record.wall
        if (time === undefined) time = -1 - record.time
        const tag = Math.floor(time / 1000) * 16 + level
        const queued = name
            ? nativeFormat("{0} [{1}] {2}", tag, name, text)
            : nativeFormat("{0} {1}", tag, text)
        queue.put(queued, bytes)
        if (level <= log.options.flushLevel || queue.bytes >= log.wakeBytes)
            attend(log, level)
    }

    /**
     * Looks for the files in flash, about 15 ms for each slot; lines that come meanwhile wait.
     * With `lazyOpen` that is left to the first line or read.
     */
    async open(): Promise<void> {
        const { log } = this
        if (log.closed) {
            log.closed = false
            claimSlots(log)
        }
        if (!log.options.lazyOpen) await call(log, nothing)
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
     * Empties the current file, older ones stay; lines that wait are discarded.
     * @returns false when the flash did not take it
     */
    async reset(): Promise<boolean> {
        this.discard()
        return await call(this.log, reset)
    }

    /**
     * Empties the log, older files as well; lines that wait are discarded.
     * @returns false when the flash did not take it
     */
    async clear(): Promise<boolean> {
        this.discard()
        return await call(this.log, clear)
    }

    /** Stores queued lines and ends the handler's fiber; `open` starts it again. */
    async close(): Promise<void> {
        const { log } = this
        log.closed = true
        if (waitingBytes(log) > 0) await call(log, sync)
        wake(log)
        releaseSlots(log)
        log.wakeBytes = 0
    }

    /**
     * Changes settings while running; queued lines are stored at once.
     * @param changes any of FileSettings
     * @throws RangeError that names the value; nothing is changed then
     */
    configure(changes: FileSettings): void {
        const { log } = this
        const options = changeSettings(log.options, changes)
        grantSlots(log, options)
        changed(log)
    }

    /** What was skipped or refused so far, one line each. */
    problems(): string[] {
        return this.log.problems.slice()
    }

    private discard(): void {
        this.queue.clear()
        this.queue.takeDropped()
    }

    /** What has been written to flash since the start. */
    stats(): FileStats {
        const { taken, writes, programmed } = this.log
        return { bytes: taken, writes, programmed }
    }
}
