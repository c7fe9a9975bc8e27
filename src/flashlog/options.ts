import { Clock, FlashSlots, MAX_LOG_SEGMENTS } from "../platform"
import { checkRange, ERROR, Level, NONE, TRACE } from "../log"
import { MAX_LINE_BYTES } from "./line"
import { PAYLOAD_BYTES } from "./segment"

/** Bytes of text a segment holds at least when lines have 40 bytes or more on average. */
const SEGMENT_TEXT_BYTES = 168
/** Most that `flushBytes` may be: the queue, of 2 KB by default, has to hold it with ease. */
const MAX_FLUSH_BYTES = 1024
/** Longest file name: it begins every file. */
export const MAX_NAME_BYTES = 32

/** What can be changed while the log runs. Times in ms, sizes in bytes. */
export interface FileSettings {
    /** Most bytes of text in one file as it is stored: without times and levels. */
    maxSize?: number
    /** Older files kept: 0 = start over, 1 = `filename.1`, and so on; 1 by default. */
    maxCount?: number
    /** Age at which a file is rotated with the next line, 0 = never; needs the wall clock. */
    maxAge?: number
    /** Waiting bytes that make a write, 1 (every line) to 1024; by default 185, a full segment. */
    flushBytes?: number
    /** Longest time a line waits for its write; 300,000 by default, 0 = for ever. */
    flushTime?: number
    /** Lines of this level and worse are written at once; ERROR by default, NONE = never. */
    flushLevel?: Level
    /** Longest line, the rest is cut off and marked; 512 by default. */
    maxLine?: number
}

/** Options of a flash log; those that are not in FileSettings stay as they are. */
export interface FileOptions extends FileSettings {
    flash: FlashSlots
    clock: Clock
    /** Forget what is stored when the log opens; false by default. */
    overwriteOnOpen?: boolean
    /** Look at the flash with the first line instead of at `open`; false by default. */
    lazyOpen?: boolean
    /** Number of slots, 2 to MAX_LOG_SEGMENTS; that by default. */
    slots?: number
    /** Is told once of each kind of trouble, in one line; must not wait. */
    onProblem?: (text: string) => void
}

/** The values that stand when nothing is said. */
function defaultSettings(maxSize: number): Record<string, any> {
    return {
        maxSize,
        maxCount: 1,
        maxAge: 0,
        flushBytes: PAYLOAD_BYTES,
        flushTime: 300_000,
        flushLevel: ERROR,
        maxLine: 512,
    }
}

/** Number of slots of a log. */
export function slotCount(options: FileOptions): number {
    return options.slots > 0 ? options.slots : MAX_LOG_SEGMENTS
}

/**
 * The options of a new log, complete.
 * @throws RangeError that names the value and what is wanted
 */
export function completeOptions(
    options: FileOptions,
    maxSize: number
): FileOptions {
    checkRange("slots", slotCount(options), 2, MAX_LOG_SEGMENTS)
    const complete = Object.assign({}, options)
    Object.assign(complete, defaultSettings(maxSize))
    return changeSettings(complete as FileOptions, options)
}

/**
 * `options` with those settings that are named in `changes`.
 * @throws RangeError that names the value and what is wanted
 */
export function changeSettings(
    options: FileOptions,
    changes: Record<string, any>
): FileOptions {
    const next = Object.assign({}, options) as Record<string, any>
    for (const key of Object.keys(defaultSettings(0)))
        if (changes[key] !== undefined) next[key] = changes[key]
    checkSettings(next as FileOptions)
    return next as FileOptions
}

function checkSettings(options: FileOptions): void {
    const { maxSize, maxCount } = options
    const slots = slotCount(options)
    if (maxSize === 0)
        throw new RangeError(
            "maxSize 0 (unlimited) is not possible: the flash log has a fixed size"
        )
    checkRange("maxSize", maxSize, 1, 0xffff)
    checkRange("maxCount", maxCount, 0, slots - 1)
    checkRange("maxAge", options.maxAge, 0, 0x7fffffff)
    checkRange("flushBytes", options.flushBytes, 1, MAX_FLUSH_BYTES)
    checkRange("flushTime", options.flushTime, 0, 0x7fffffff)
    checkRange("flushLevel", options.flushLevel, NONE, TRACE)
    checkRange("maxLine", options.maxLine, 8, MAX_LINE_BYTES)
    const need = Math.ceil(maxSize / SEGMENT_TEXT_BYTES) * (maxCount + 1)
    if (need > slots)
        throw new RangeError(
            `maxSize ${maxSize} with ${maxCount + 1} files needs ${need} slots of flash, ` +
                `there are ${slots} (MAX_LOG_SEGMENTS: ${MAX_LOG_SEGMENTS})`
        )
}
