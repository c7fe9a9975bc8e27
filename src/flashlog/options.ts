import { Level } from "../log"
import { Clock, FlashSlots, OptionTable, readOptions } from "../platform"

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
    /** Longest time a line waits for its write; 300,000 by default, 0 = no limit. */
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
    /** Called once for each kind of trouble, with one line; must not wait. */
    onProblem?: (text: string) => void
}

/** All that a flash log is made with. */
export interface FileSetup extends FileOptions {
    filename: string
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
/** What is given once, at the start. */
const FIXED: OptionTable = `
    filename: text 1 32
    flash: object
    clock: object
    overwriteOnOpen: flag
    lazyOpen: flag
    slots: int 2 24 = 24
    digits: int 1 3 = 1
    onProblem: function
`

/** What errors name. */
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
    const given = Object.assign({}, options) as FileSetup
    given.filename = filename
    given.maxSize = maxSize
    return readOptions(thing(filename), SETTINGS + FIXED, given)
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
