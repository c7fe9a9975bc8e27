import { Clock, FlashSlots, MAX_LOG_SEGMENTS } from "../../../platform"
import { checkRange } from "../../check"
import { ERROR, Level, NONE, TRACE } from "../../levels"
import { MAX_LINE_BYTES } from "./line"
import { PAYLOAD_BYTES } from "./segment"
import { FileLimits } from "./writer"

/** Bytes of text a segment holds at least when lines have 40 bytes or more on average. */
export const SEGMENT_TEXT_BYTES = 168
/** Longest file name: it begins every file. */
export const MAX_NAME_BYTES = 32

/** What can be changed while the log runs. Times in ms, sizes in bytes. */
export interface FileSettings {
    /** Most bytes of text in one file, line ends included. */
    maxSize?: number
    /** Older files kept: 0 = start over, 1 = `filename.1`, and so on; 1 by default. */
    maxCount?: number
    /** Age at which a file is rotated with the next line, 0 = never; needs the wall clock. */
    maxAge?: number
    /** Waiting bytes that make a write: a full segment (186) by default, 1 = every line. */
    flushBytes?: number
    /** Longest time a line waits for its write; 300,000 by default, 0 = for ever. */
    flushTime?: number
    /** Lines of this level and worse are written at once; ERROR by default, NONE = never. */
    flushLevel?: Level
    /** Longest line, the rest is cut off and marked; 512 by default. */
    maxLine?: number
    /** Most bytes of lines that wait in RAM; 2048 by default. */
    queueBytes?: number
    /** Most lines that wait in RAM; 64 by default. */
    queueEntries?: number
}

/** Options of a flash log; those that are not in FileSettings stay as they are. */
export interface FileOptions extends FileSettings {
    flash: FlashSlots
    clock: Clock
    /** Forget what is stored when the log opens; false by default. */
    overwriteOnOpen?: boolean
    /** Look at the flash with the first line instead of at `open`; false by default. */
    lazyOpen?: boolean
    /** First slot, for a second log beside the first; 0 by default. */
    firstSlot?: number
    /** Number of slots; all from `firstSlot` on by default. */
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
        queueBytes: 2048,
        queueEntries: 64,
    }
}

/** `settings` with those `changes` that are named in them. */
export function takeSettings(
    settings: FileSettings,
    changes: Record<string, any>
): FileSettings {
    const next: Record<string, any> = {}
    const old: Record<string, any> = settings
    for (const key of Object.keys(old))
        next[key] = changes[key] === undefined ? old[key] : changes[key]
    return next
}

/** Segments needed for one file of `maxSize` bytes of text. */
export function segmentsFor(maxSize: number): number {
    return Math.ceil(maxSize / SEGMENT_TEXT_BYTES)
}

/**
 * Checks `settings` against a log of `slots` slots.
 * @throws RangeError that names the value and what is wanted
 */
export function checkSettings(settings: FileSettings, slots: number): void {
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
    const need = segmentsFor(maxSize) * (maxCount + 1)
    if (need > slots)
        throw new RangeError(
            `maxSize ${maxSize} with ${maxCount + 1} files needs ${need} slots of flash, ` +
                `there are ${slots} (MAX_LOG_SEGMENTS: ${MAX_LOG_SEGMENTS})`
        )
}

/** Takes the limits of `settings` over for the writer. */
export function applyLimits(
    limits: FileLimits,
    settings: FileSettings,
    slots: number
): void {
    limits.maxSize = settings.maxSize
    limits.maxCount = settings.maxCount
    limits.maxAge = Math.idiv(settings.maxAge, 1000)
    limits.segments = Math.idiv(slots, settings.maxCount + 1)
}
