import {
    alignedSize,
    ENTRY_BYTES,
    ESP32_STORE_SIZE,
    FlashImageError,
    HEADER_BYTES,
    headerPagesFor,
    MAX_STORE_KEY,
    PAGE_SIZE,
    readHeader,
    type StoreEntry,
    type StoreHeader,
    VALUE_RESERVE,
    writeEntry,
    writeHeader,
} from "./layout.ts"
import { findPages, pagesOf, readArea } from "./area.ts"
import { headerProblems } from "./damage.ts"
import { extractStore } from "./locate.ts"
import { PROGRAM_KEY, unwrapProgram, wrapProgram } from "./program.ts"

/** Where things lie in a store, in bytes from its start. */
export interface StoreLayout {
    storeBytes: number
    areaBytes: number
    /** The area in force, and how long its header with the entries is. */
    area: number
    tableBytes: number
    freeBytes: number
    /** In order of writing; a live one is not replaced, deleted or empty. */
    entries: (StoreEntry & { isLive: boolean })[]
}

/**
 * The VM's flash store in an image: read and write it as the device would, byte for byte
 * (append, then compaction into the other area when full). See `layout.ts` for the format.
 */
export class FlashStore {
    private readonly image: Buffer
    private readonly header: StoreHeader
    /** Start of the area in force, its entries in order of writing, and where its values begin. */
    private area: number
    private entries: StoreEntry[]
    private dataStart: number

    /** Damage that the VM ignores silently: what is read may be older than what was lost. */
    readonly problems: string[]

    private constructor(
        image: Buffer,
        header: StoreHeader,
        area: number,
        problems: string[] = []
    ) {
        this.problems = problems
        this.image = image
        this.header = header
        this.area = area
        const { entries, dataStart } = readArea(image, area, this.areaSize)
        this.entries = entries
        this.dataStart = dataStart
    }

    /** An empty store, as the VM formats it. `size` in bytes, 256 KB as on an ESP32 by default. */
    static format(size = ESP32_STORE_SIZE): FlashStore {
        const totalPages = size / PAGE_SIZE
        const headerPages = headerPagesFor(totalPages)
        const header = { generation: 1, totalPages, headerPages }
        const image = Buffer.alloc(size, 0xff)
        writeHeader(image, 0, header)
        return new FlashStore(image, header, 0)
    }

    /**
     * Reads a store from a raw image, a simulator's saved file or a whole board's flash.
     * @throws FlashImageError when there is no store or the VM could not mount it
     */
    static parse(image: Buffer): FlashStore {
        const bytes = extractStore(image)
        const a = readHeader(bytes, 0)
        const size = (a ?? headerAtB(bytes)).headerPages * PAGE_SIZE
        const b = readHeader(bytes, size)
        const second = !a || (b !== undefined && b.generation >= a.generation)
        const problems = headerProblems(bytes, size)
        return second
            ? new FlashStore(bytes, b!, size, problems)
            : new FlashStore(bytes, a, 0, problems)
    }

    /** Keys that have a value, in order of their last writing; large entries start with `*`. */
    keys(): string[] {
        return this.live()
            .filter(entry => entry.size > 0)
            .map(entry => entry.key)
    }

    /** The value of `key`; undefined when it was never written, deleted or is empty. */
    get(key: string): Buffer | undefined {
        const entry = this.find(key)
        if (!entry || entry.size === 0) return undefined
        return Buffer.from(
            this.image.subarray(entry.offset, entry.offset + entry.size)
        )
    }

    /**
     * Writes a value, unless it is there already.
     * @throws FlashImageError for a bad key, or a value for which there is no space
     */
    set(key: string, value: Buffer): void {
        checkKey(key)
        if (value.length > this.areaSize - VALUE_RESERVE)
            throw new FlashImageError(
                `"${key}": a value of ${value.length} bytes is too large for the store`
            )
        const old = this.find(key)
        if (old && old.size === value.length && this.holds(old, value)) return
        const space = alignedSize(value.length)
        this.reserve(space + ENTRY_BYTES, key)
        this.dataStart -= space
        value.copy(this.image, this.dataStart)
        this.append({ key, offset: this.dataStart, size: value.length })
    }

    /** Deletes a key by writing an empty value, as the device does; its entry stays. */
    delete(key: string): void {
        const entry = this.find(key)
        if (entry && entry.size > 0) this.set(key, Buffer.alloc(0))
    }

    /** Puts a program (bytecode) in the data pages, unless it is there already. */
    putProgram(bytecode: Buffer): void {
        if (this.program()?.equals(bytecode)) return
        const content = wrapProgram(bytecode)
        this.reserve(ENTRY_BYTES, PROGRAM_KEY)
        const offset = findPages(this.live(), this.header, content.length)
        const pages = pagesOf(content.length) * PAGE_SIZE
        this.image.fill(0xff, offset, offset + pages)
        content.copy(this.image, offset)
        this.append({ key: PROGRAM_KEY, offset, size: content.length })
    }

    /** The program's bytecode; undefined when there is none or it is damaged. */
    program(): Buffer | undefined {
        const entry = this.get(PROGRAM_KEY)
        return entry && unwrapProgram(entry)
    }

    /** Bytes left in the area in force, before the device compacts. */
    get free(): number {
        return Math.max(0, this.dataStart - this.entryEnd - ENTRY_BYTES)
    }

    /** Where everything lies, replaced values and deleted keys of the area in force included. */
    layout(): StoreLayout {
        const live = new Set(this.live())
        return {
            storeBytes: this.image.length,
            areaBytes: this.areaSize,
            area: this.area,
            tableBytes: this.entryEnd - this.area,
            freeBytes: this.free,
            entries: this.entries.map(entry => ({
                ...entry,
                isLive: live.has(entry) && entry.size > 0,
            })),
        }
    }

    /** The image, in full length. */
    serialize(): Buffer {
        return Buffer.from(this.image)
    }

    private get areaSize(): number {
        return this.header.headerPages * PAGE_SIZE
    }

    private get entryEnd(): number {
        return this.area + HEADER_BYTES + this.entries.length * ENTRY_BYTES
    }

    private find(key: string): StoreEntry | undefined {
        return this.entries.findLast(entry => entry.key === key)
    }

    private holds(entry: StoreEntry, value: Buffer): boolean {
        const end = entry.offset + entry.size
        return this.image.subarray(entry.offset, end).equals(value)
    }

    private live(): StoreEntry[] {
        const last = new Map(this.entries.map((entry, i) => [entry.key, i]))
        return this.entries.filter((entry, i) => last.get(entry.key) === i)
    }

    private append(entry: StoreEntry): void {
        writeEntry(this.image, this.entryEnd, entry)
        this.entries.push(entry)
    }

    private reserve(bytes: number, key: string): void {
        if (this.free < bytes) this.compact()
        if (this.free < bytes)
            throw new FlashImageError(
                `"${key}": the store is full (${this.free} bytes left, ${bytes} wanted)`
            )
    }

    /** Copies what is live into the other area and switches to it (`jd_fstor_gc`). */
    private compact(): void {
        const live = this.live()
        const source = Buffer.from(this.image)
        this.area = this.area === 0 ? this.areaSize : 0
        this.header.generation++
        this.image.fill(0xff, this.area, this.area + this.areaSize)
        this.dataStart = this.area + this.areaSize
        this.entries = []
        for (const { key, offset, size } of live) {
            if (key.startsWith("*")) {
                this.append({ key, offset, size })
                continue
            }
            this.dataStart -= alignedSize(size)
            source.copy(this.image, this.dataStart, offset, offset + size)
            this.append({ key, offset: this.dataStart, size })
        }
        writeHeader(this.image, this.area, this.header)
    }
}

function headerAtB(bytes: Buffer): StoreHeader {
    const pages = headerPagesFor(bytes.length / PAGE_SIZE)
    const header = readHeader(bytes, pages * PAGE_SIZE)
    if (!header)
        throw new FlashImageError("the flash store has no header in force")
    return header
}

function checkKey(key: string): void {
    if (key.startsWith("*") || !/^[\x21-\x7e]{1,15}$/.test(key))
        throw new FlashImageError(
            `"${key}": a key has 1 to ${MAX_STORE_KEY} printable characters and no leading "*"`
        )
}
