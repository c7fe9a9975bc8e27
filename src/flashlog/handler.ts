import {
    admits,
    cut,
    enter,
    ERROR,
    Handler,
    HandlerOptions,
    LogRecord,
    nativeFormat,
} from "../log"
import { ALL_BYTES, beginLap } from "../platform"
import { LogFiles } from "./browse"
import {
    changeSettings,
    completeOptions,
    FileOptions,
    FileSettings,
} from "./options"
import { grantSlots, releaseSlots } from "./slots"
import { FlashLog, LineQueue, newLog } from "./state"
import {
    attend,
    call,
    changed,
    discard,
    nothing,
    waitingBytes,
    wake,
} from "./worker"
import { clear, reset, rotateNow, sync } from "./writer"

/** Most bytes of a queued line besides its text and name: its number and a byte 0, too. */
const QUEUED_BYTES = 16

/** Figures of the flash log since the start, to estimate the wear of the flash. */
export interface FileStats {
    /** Bytes of text stored, one for each line end included; without times and levels. */
    bytes: number
    /** Segments written, rewrites of a part-filled one included. */
    writes: number
    /** Bytes programmed for these writes, without the compaction of the store. */
    programmed: number
}

/**
 * Keeps lines in flash: the current file `filename` and older ones `filename.1`, ... `emit` queues
 * the line: `[NAME] message`, or what the formatter in the handler's options makes. The handler's
 * fiber writes queued lines in batches, and those of `flushLevel` or worse at once. Level and time
 * of a line are stored separately from its text. Format and guarantees: docs/flash-log.md.
 * @devsWhenUsed
 */
export class FileRotationHandler extends LogFiles implements Handler {
    /** Lines queued for their write, and the account of all lines. */
    readonly queue: LineQueue
    /** Reads the stored files: this object itself, as another one would take heap. */
    readonly files: LogFiles

    /**
     * @param filename name of the current file, 1 to 32 bytes
     * @param maxSize most bytes of text in one file, one for each line end included, 64 to 65,535
     * @throws OPTION_ERROR for a value out of its limits, files that need too many slots, or a name
     * whose id another log of the store has
     */
    constructor(filename: string, maxSize: number, options: FileOptions) {
        const log = newLog(completeOptions(filename, maxSize, options))
        grantSlots(log, log.options)
        super(log)
        this.queue = log.queue
        this.files = this
    }

    defaultOptions(): HandlerOptions {
        return { level: ERROR, formatter: null }
    }

    /** Queues a record. Never waits and never throws; what does not fit is dropped and counted. */
    emit(record: LogRecord, line: string): void {
        const log = this.log
        const queue = this.queue
        let level = record.level
        let text = record.message
        let name = record.name
        if (line !== undefined) {
            text = line
            name = ""
        }
        const { maxLine, flushLevel } = log.options
        if (text.byteLength > maxLine) text = cut(text, maxLine)
        // a line that would be dropped is not formatted
        const bytes = text.byteLength + name.byteLength + QUEUED_BYTES
        if (admits(queue, bytes, level)) {
            let time = record.wall
            if (time === undefined) time = -1 - record.time
            const tag = Math.floor(time / 1000) * 16 + level
            const queued = name
                ? nativeFormat("{0} [{1}] {2}\0", tag, name, text)
                : nativeFormat("{0} {1}\0", tag, text)
            const size = queued.byteLength
            let end = queue.end + size
            if (end > queue.room) end = beginLap(queue, queued, queue.end, end)
            queue.buffer.blitAt(queue.end, queued, 0, ALL_BYTES)
            queue.end = end
            enter(queue, size)
        } else if (log.wakeBytes < ALL_BYTES)
            // what is queued must make room, also when it is less than `flushBytes`
            level = flushLevel
        if (level <= flushLevel || queue.bytes >= log.wakeBytes)
            attend(log, level)
    }

    /**
     * Looks for the files in flash, which takes about 15 ms for each slot; lines logged meanwhile
     * are queued. With `lazyOpen` the first write or read does so instead.
     */
    async open(): Promise<void> {
        const { log } = this
        if (log.closed) {
            log.closed = false
            grantSlots(log, log.options)
        }
        if (!log.options.lazyOpen) await call(log, nothing)
    }

    /**
     * Stores all lines logged so far.
     * @returns false when the flash did not take them, or 16 commands are queued already
     */
    async flush(): Promise<boolean> {
        return await call(this.log, sync)
    }

    /**
     * Ends the current file after the lines logged so far; an empty file is not rotated.
     * @returns as `flush`
     */
    async rotate(): Promise<boolean> {
        return await call(this.log, rotateNow)
    }

    /**
     * Empties the current file and keeps older ones; queued lines are discarded.
     * @returns as `flush`
     */
    async reset(): Promise<boolean> {
        discard(this.log)
        return await call(this.log, reset)
    }

    /**
     * Empties the log, older files as well; queued lines are discarded.
     * @returns as `flush`
     */
    async clear(): Promise<boolean> {
        discard(this.log)
        return await call(this.log, clear)
    }

    /** Stores queued lines and ends the handler's fiber; `open` opens the log again. */
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
     * @throws OPTION_ERROR for a value out of its limits, or files that need too many slots;
     * nothing is changed then
     */
    configure(changes: FileSettings): void {
        const { log } = this
        const options = changeSettings(log.options, changes)
        grantSlots(log, options)
        changed(log)
    }

    /** The last 16 problems, one line each, oldest first. */
    problems(): string[] {
        return this.log.problems.slice()
    }

    /** What has been written to flash since the start. */
    stats(): FileStats {
        const { log } = this
        return {
            bytes: log.taken,
            writes: log.writes,
            programmed: log.programmed,
        }
    }
}
