import {
    ENTRY_BYTES,
    FlashImageError,
    HEADER_BYTES,
    PAGE_SIZE,
    readEntry,
    readHeader,
    type StoreHeader,
} from "./layout.ts"

/** What the VM fills flash with before it loads an image; it saves images without this tail. */
const FILL = 0x37

/**
 * Finds the flash store in `image` and returns a copy of it in full length.
 *
 * Takes a raw store, the file that a simulator saved (cut where its fill bytes begin), and the
 * whole flash of a board, where the store lies at some page boundary.
 * @throws FlashImageError when there is no store, or it is cut short
 */
export function extractStore(image: Buffer): Buffer {
    const { base, header } = locate(image)
    const size = header.totalPages * PAGE_SIZE
    // the VM's saved file lacks the last byte that is not fill, hence one byte of grace
    if (image.length + 1 < base + header.headerPages * PAGE_SIZE)
        throw new FlashImageError(
            `the flash store at 0x${base.toString(16)} is cut short: ${image.length} bytes of image, ` +
                `its first area alone takes ${header.headerPages * PAGE_SIZE}`
        )
    const store = Buffer.alloc(size, FILL)
    image.copy(store, 0, base, base + size)
    return store
}

function locate(image: Buffer): { base: number; header: StoreHeader } {
    for (let at = 0; at < image.length; at += PAGE_SIZE) {
        const header = readHeader(image, at)
        if (!header) continue
        const base = isSecondArea(image, at, header)
            ? at - header.headerPages * PAGE_SIZE
            : at
        return { base, header }
    }
    throw new FlashImageError(
        `no flash store found in ${image.length} bytes (no page starts with its header)`
    )
}

/** Whether the first header found belongs to area B, as after a cut while area A was erased. */
function isSecondArea(image: Buffer, at: number, header: StoreHeader): boolean {
    const area = header.headerPages * PAGE_SIZE
    if (at < area) return false
    for (let e = at + HEADER_BYTES; e + ENTRY_BYTES <= image.length;) {
        const entry = readEntry(image, e)
        if (!entry || e >= at + area) break
        if (!entry.key.startsWith("*")) return entry.offset >= area
        e += ENTRY_BYTES
    }
    // no value decides: a store by itself starts with area A, unless it would not fit then
    return image.length < at + header.totalPages * PAGE_SIZE
}
