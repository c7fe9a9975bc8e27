import {
    ENTRY_BYTES,
    FlashImageError,
    HEADER_BYTES,
    PAGE_SIZE,
    readEntry,
    type StoreEntry,
    type StoreHeader,
} from "./layout.ts"
import { PROGRAM_KEY } from "./program.ts"

/** What a header area holds. */
export interface AreaContent {
    /** In order of writing. */
    entries: StoreEntry[]
    /** Where its values begin: the space between the entries and there is free. */
    dataStart: number
}

/**
 * Reads the header area at `area`, with the checks that the VM makes when it mounts the store
 * (`recompute_cache`), and of each entry on top.
 * @throws FlashImageError where the VM would format the store
 */
export function readArea(
    image: Buffer,
    area: number,
    areaSize: number
): AreaContent {
    const end = area + areaSize
    const entries: StoreEntry[] = []
    let dataStart = end
    let at = area + HEADER_BYTES
    for (; at + ENTRY_BYTES <= end; at += ENTRY_BYTES) {
        const entry = readEntry(image, at)
        if (!entry) break
        entries.push(entry)
        checkEntry(entry, entries.length, image.length, area, areaSize)
        if (!isLarge(entry)) dataStart = Math.min(dataStart, entry.offset)
        if (at + ENTRY_BYTES > dataStart)
            throw damaged("its entries run into its values")
    }
    if (image.subarray(at, dataStart).some(byte => byte !== 0xff))
        throw damaged("its free space is not erased")
    return { entries, dataStart }
}

/** Whether an entry's value lies in separate data pages, as the program's does. */
export function isLarge(entry: StoreEntry): boolean {
    return entry.key.startsWith("*")
}

/** Data pages that `size` bytes take. */
export function pagesOf(size: number): number {
    return Math.max(1, Math.ceil(size / PAGE_SIZE))
}

/**
 * First run of free data pages for a program of `size` bytes, the old program's counted as free.
 * @returns its place in bytes from the start of the store
 * @throws FlashImageError when there is none
 */
export function findPages(
    live: StoreEntry[],
    header: StoreHeader,
    size: number
): number {
    const first = 2 * header.headerPages
    const used = new Set<number>()
    for (const entry of live.filter(isLarge))
        if (entry.key !== PROGRAM_KEY)
            for (let i = 0; i < pagesOf(entry.size); ++i)
                used.add(entry.offset / PAGE_SIZE + i)
    let run = 0
    for (let page = first; page < header.totalPages; ++page) {
        run = used.has(page) ? 0 : run + 1
        if (run === pagesOf(size)) return (page - run + 1) * PAGE_SIZE
    }
    throw new FlashImageError(
        `a program of ${size} bytes does not fit in the ${header.totalPages - first} data pages of the store`
    )
}

function checkEntry(
    entry: StoreEntry,
    index: number,
    storeSize: number,
    area: number,
    areaSize: number
): void {
    const { key, offset, size } = entry
    const low = isLarge(entry) ? 2 * areaSize : area
    const high = isLarge(entry) ? storeSize : area + areaSize
    const named = key.length > 0 && !/[\x00-\x1f\x7f]/.test(key)
    if (!named || offset < low || offset + size > high)
        throw damaged(
            `entry ${index} (${JSON.stringify(key)}, ${size} bytes at 0x${offset.toString(16)}) lies outside its area`
        )
}

function damaged(how: string): FlashImageError {
    return new FlashImageError(`the flash store is damaged: ${how}`)
}
