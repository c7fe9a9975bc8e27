import { Clock, FlashSlots, MAX_LOG_SEGMENTS } from "../../../platform"
import { checkRange } from "../../check"
import { ERROR, Level, NONE, TRACE } from "../../levels"
import { MAX_LINE_BYTES } from "./line"
import { PAYLOAD_BYTES } from "./segment"

/** Bytes of text a segment holds at least when lines have 40 bytes or more on average. */
const SEGMENT_TEXT_BYTES = 168
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
    /** Waiting bytes that make a write: a full segment (185) by default, 1 = every line. */
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
export function defaultSettings(maxSize: number): FileSettings {
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
    return options.slots || MAX_LOG_SEGMENTS
}

/**
 * `settings` with those `changes` that are named in them.
 * @throws RangeError that names the value and what is wanted
 */
export function changeSettings(
    settings: Record<string, any>,
    changes: Record<string, any>,
    slots: number
): FileSettings {
    const next: Record<string, any> = {}
    for (const key of Object.keys(settings))
        next[key] = changes[key] === undefined ? settings[key] : changes[key]
    checkSettings(next, slots)
    return next
}

function checkSettings(settings: FileSettings, slots: number): void {
    const { maxSize, maxCount } = settings
    if (maxSize === 0)
        throw new RangeError(
            "maxSize 0 (unlimited) is not possible: the flash log has a fixed size"
        )
    checkRange("maxSize", maxSize, 1, 0xffff)
    checkRange("maxCount", maxCount, 0, slots - 1)
    checkRange("maxAge", settings.maxAge, 0, 0x7fffffff)
    checkRange("flushBytes", settings.flushBytes, 1, 0xffff)
    checkRange("flushTime", settings.flushTime, 0, 0x7fffffff)
    checkRange("flushLevel", settings.flushLevel, NONE, TRACE)
    checkRange("maxLine", settings.maxLine, 8, MAX_LINE_BYTES)
    const need = Math.ceil(maxSize / SEGMENT_TEXT_BYTES) * (maxCount + 1)
    if (need > slots)
        throw new RangeError(
            `maxSize ${maxSize} with ${maxCount + 1} files needs ${need} slots of flash, ` +
                `there are ${slots} (MAX_LOG_SEGMENTS: ${MAX_LOG_SEGMENTS})`
        )
}
