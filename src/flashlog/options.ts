import { Level } from "../log"
import {
    AtOnce,
    Clock,
    FlashSlots,
    OptionTable,
    readOptions,
} from "../platform"

/** Settings that can be changed while the log runs. Times in ms, sizes in bytes. */
export interface FileSettings {
    /** Most bytes of text in one file, without times and levels; 64 to 65,535. */
    maxSize?: number
    /** Older files that are kept, 0 to 23; 1 (`filename.1`) by default, 0 = none. */
    maxCount?: number
    /**
     * Age of a file at which the next line rotates it, up to a year (31,536,000,000); needs the
     * wall clock. 0 (default) = never.
     */
    maxAge?: number
    /** Queued bytes that start a write, 1 (every line) to 1024; by default 185, a full segment. */
    flushBytes?: number
    /** Longest time that a line is queued; 300,000 by default, 0 = no limit. */
    flushTime?: number
    /** Lines of this level and worse are written at once; ERROR by default, NONE = never. */
    flushLevel?: Level
    /** Longest line, 8 to 2047; a longer one is cut and marked; 512 by default. */
    maxLine?: number
}

/** Options of a flash log; those that are not in FileSettings cannot be changed later. */
export interface FileOptions extends FileSettings {
    flash: FlashSlots
    clock: Clock
    /** Discard what is stored when the log opens; false by default. */
    overwriteOnOpen?: boolean
    /** Read the flash at the first write or read instead of in `open`; false by default. */
    lazyOpen?: boolean
    /** Most slots that it holds, 2 to 24; by default its share of those that all logs have. */
    slots?: number
    /** Fewest digits of the numbers in file names, 1 to 3; 1 by default. */
    digits?: number
    /**
     * Bytes of the queue, 64 to 57,344, which are one piece of memory from the start; 2048 by default.
     * The handler's `queue` option may set a lower limit.
     */
    queueBytes?: number
    /** Called with one line for a new problem, and when writing begins to fail; must not wait. */
    onProblem?: (text: string) => AtOnce
}

/** All options of a flash log. */
export interface FileSetup extends FileOptions {
    filename: string
}

/** Settings and their defaults. Ages may exceed 2^31 ms: stored times are in seconds. */
const SETTINGS: OptionTable = `
    maxSize: bytes 64 65535
    maxCount: int 0 23 = 1
    maxAge: ms 0 31536000000 = 0
    flushBytes: bytes 1 1024 = 185
    flushTime: ms 0 2147483647 = 300000
    flushLevel: level -1 8 = 3
    maxLine: bytes 8 2047 = 512
`
/** Options that are fixed at the start. */
const FIXED: OptionTable = `
    filename: text 1 32
    flash: object
    clock: object
    overwriteOnOpen: flag
    lazyOpen: flag
    slots: int 2 24 = 24
    digits: int 1 3 = 1
    queueBytes: bytes 64 57344 = 2048
    onProblem: function
`

/** How errors name a log. */
function thing(filename: string): string {
    return `flash log "${filename}"`
}

/**
 * The options of a new log, complete.
 * @throws OPTION_ERROR that names the value and what is wanted
 */
export function completeOptions(
    filename: string,
    maxSize: number,
    options: FileOptions
): FileSetup {
    // with all names here: those of the table would stay on the heap
    const given = {
        filename,
        maxSize,
        // refused, unless the options have them
        flash: null,
        clock: null,
        maxCount: undefined,
        maxAge: undefined,
        flushBytes: undefined,
        flushTime: undefined,
        flushLevel: undefined,
        maxLine: undefined,
        slots: undefined,
        digits: undefined,
        queueBytes: undefined,
    } as FileSetup
    Object.assign(given, options)
    // a function that is read from an object is bound to it and keeps it: this object is kept
    return Object.assign(
        given,
        readOptions(thing(filename), SETTINGS + FIXED, given)
    )
}

/**
 * `options` with those settings that are named in `changes`.
 * @throws OPTION_ERROR that names the value and what is wanted
 */
export function changeSettings(
    options: FileSetup,
    changes: FileSettings
): FileSetup {
    return readOptions(thing(options.filename), SETTINGS, changes, options)
}
