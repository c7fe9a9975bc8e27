import { Level } from "../log"
import {
    checkOption,
    Clock,
    FlashSlots,
    optionError,
    OptionTable,
    readOptions,
} from "../platform"

/** Bytes of text a segment holds at least when lines have 40 bytes or more on average. */
const SEGMENT_TEXT_BYTES = 168

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
    /** Most slots it holds, 2 to MAX_LOG_SEGMENTS; by default its share beside other logs. */
    slots?: number
    /** Digits of the numbers of rotated files, 1 to 3; 1 by default. */
    digits?: number
    /** Is told once of each kind of trouble, in one line; must not wait. */
    onProblem?: (text: string) => void
}

/** Settings, and their defaults; times of a stored line are in seconds, so ages may be long. */
const SETTINGS: OptionTable = `
    maxSize: bytes 64 65535
    maxCount: int 0 23 = 1
    maxAge: ms 0 31536000000 = 0
    flushBytes: bytes 1 1024 = 185
    flushTime: ms 0 2147483647 = 300000
    flushLevel: level -1 8 = 3
    maxLine: bytes 8 2047 = 512
`
/** What is said once, at the start. */
const FIXED: OptionTable = `
    flash: object
    clock: object
    overwriteOnOpen: flag
    lazyOpen: flag
    slots: int 2 24
    digits: int 1 3 = 1
    onProblem: function
`

/** Slots that the files of a log need when lines have 40 bytes or more on average. */
export function neededSlots({ maxSize, maxCount }: FileOptions): number {
    return Math.max(2, Math.ceil(maxSize / SEGMENT_TEXT_BYTES) * (maxCount + 1))
}

/**
 * The options of a new log, complete.
 * @throws OPTION_ERROR that names the value and what is wanted
 */
export function completeOptions(
    thing: string,
    options: FileOptions,
    maxSize: number
): FileOptions {
    checkMaxSize(thing, maxSize)
    const given = Object.assign({}, options) as FileOptions
    given.maxSize = maxSize
    return readOptions(thing, SETTINGS + FIXED, given)
}

/**
 * `options` with those settings that are named in `changes`.
 * @throws OPTION_ERROR that names the value and what is wanted
 */
export function changeSettings(
    thing: string,
    options: FileOptions,
    changes: FileSettings
): FileOptions {
    if (changes.maxSize !== undefined) checkMaxSize(thing, changes.maxSize)
    return readOptions<FileOptions>(thing, SETTINGS, changes, options)
}

/** Says why 0, which means no limit elsewhere, is not possible. */
function checkMaxSize(thing: string, maxSize: number): void {
    if (maxSize === 0)
        throw optionError(
            thing,
            "maxSize",
            "a limit: the flash log has a fixed size",
            0
        )
    checkOption(thing, SETTINGS, "maxSize", maxSize)
}
