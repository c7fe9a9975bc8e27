/**
 * The flash store of the DeviceScript VM as it lies in flash
 * (microsoft/jacdac-c `source/jd_fstor.c`), little endian:
 *
 *     page 0              header area A: header, entries growing up, values growing down
 *     page headerPages    header area B: the other half, used in turn at each compaction
 *     page 2*headerPages  data pages: large entries (the program), page by page
 */

/** Smallest piece of flash that can be erased, in bytes. */
export const PAGE_SIZE = 4096
/** Flash store of an ESP32, in bytes. */
export const ESP32_STORE_SIZE = 256 * 1024
/** Longest key in the store, prefix of the settings service included. */
export const MAX_STORE_KEY = 15
/** The settings service keeps a key with this before it. */
export const SETTING_PREFIX = ":"
/** Bytes of a header, and of an entry after it. */
export const HEADER_BYTES = 24
export const ENTRY_BYTES = 24
/** Place of the generation in a header. */
export const GENERATION_OFFSET = 8
/** What the VM keeps free of a header area when it checks the size of a value. */
export const VALUE_RESERVE = 200

const MAGIC0 = 0x52545346
const MAGIC1 = 0x6becea0a
const KEY_FIELD = 16
const UNUSED = 0xffffffff
const MIN_HEADER_PAGES = 1

/** A flash image that holds no (whole) flash store, or a store that cannot take what it is given. */
export class FlashImageError extends Error {
    constructor(problem: string) {
        super(problem)
        this.name = "FlashImageError"
    }
}

/** The fixed part at the start of a header area. */
export interface StoreHeader {
    /** The area with the higher generation is the one in force. */
    generation: number
    totalPages: number
    headerPages: number
}

/** One line of the append-only list of a header area; a later entry of the same key wins. */
export interface StoreEntry {
    key: string
    /** Where the value lies, in bytes from the start of the store. */
    offset: number
    size: number
}

/** Pages of one header area for a store of `totalPages`: a sixteenth, as the VM computes it. */
export function headerPagesFor(totalPages: number): number {
    return Math.min(
        0xf0,
        Math.max(MIN_HEADER_PAGES, Math.floor(totalPages / 16))
    )
}

/** Reads the header at `at`, or gives undefined when there is none. */
export function readHeader(image: Buffer, at: number): StoreHeader | undefined {
    if (at < 0 || at + HEADER_BYTES > image.length) return undefined
    if (image.readUInt32LE(at) !== MAGIC0) return undefined
    if (image.readUInt32LE(at + 4) !== MAGIC1) return undefined
    const totalPages = image.readUInt16LE(at + 16)
    const headerPages = image.readUInt16LE(at + 18)
    if (image.readUInt32LE(at + 12) !== PAGE_SIZE) return undefined
    if (headerPages < 1 || totalPages < 2 * headerPages) return undefined
    return {
        generation: image.readUInt32LE(at + GENERATION_OFFSET),
        totalPages,
        headerPages,
    }
}

/** Writes `header` at `at`. */
export function writeHeader(image: Buffer, at: number, header: StoreHeader) {
    image.writeUInt32LE(MAGIC0, at)
    image.writeUInt32LE(MAGIC1, at + 4)
    image.writeUInt32LE(header.generation, at + GENERATION_OFFSET)
    image.writeUInt32LE(PAGE_SIZE, at + 12)
    image.writeUInt16LE(header.totalPages, at + 16)
    image.writeUInt16LE(header.headerPages, at + 18)
    image.writeUInt32LE(0, at + 20)
}

/** Reads the entry at `at`, or gives undefined where the list ends. */
export function readEntry(image: Buffer, at: number): StoreEntry | undefined {
    const offset = image.readUInt32LE(at + KEY_FIELD)
    if (offset === UNUSED) return undefined
    const field = image.subarray(at, at + KEY_FIELD)
    const end = field.indexOf(0)
    return {
        key: field.subarray(0, end < 0 ? KEY_FIELD : end).toString("latin1"),
        offset,
        size: image.readUInt32LE(at + KEY_FIELD + 4),
    }
}

/** Writes `entry` at `at`. */
export function writeEntry(image: Buffer, at: number, entry: StoreEntry) {
    image.fill(0, at, at + KEY_FIELD)
    image.write(entry.key, at, "latin1")
    image.writeUInt32LE(entry.offset, at + KEY_FIELD)
    image.writeUInt32LE(entry.size, at + KEY_FIELD + 4)
}

/** Space that a value of `size` bytes takes: whole words of 8, an empty one too. */
export function alignedSize(size: number): number {
    return size === 0 ? 8 : (size + 7) & ~7
}
