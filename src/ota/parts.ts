import { equalBytes } from "../platform"
import { MAX_FILE_BYTES } from "./file"
import { Pieces } from "./pieces"
import { PARTS_TIMEOUT_MS } from "./updater"

/** Most parts of a file. */
export const MAX_PARTS = 80

/**
 * Puts a file together from parts, as small messages bring them: in any order, some twice, some
 * lost and sent again. One file at a time.
 * @devsWhenUsed
 */
export class PartCollector {
    private id = -1
    private total = 0
    /** The parts that have arrived, by offset. */
    private parts: Record<string, Buffer> = {}
    private count = 0
    private heardAt = 0

    /**
     * Takes a part; ignores one that is out of the limits.
     * @param id tells files apart, as their version does; a part of another file replaces what is there
     * @param offset where the part begins in the file, in bytes
     * @param total size of the file in bytes, at most MAX_FILE_BYTES
     * @param now uptime, ms
     * @returns the file when it is complete; undefined before
     */
    add(
        id: number,
        offset: number,
        total: number,
        bytes: Buffer,
        now: number
    ): Pieces | undefined {
        if (!isPart(offset, total, bytes)) return undefined
        if (id !== this.id || total !== this.total) this.begin(id, total)
        this.heardAt = now
        const known = this.parts["" + offset]
        if (known && equalBytes(known, bytes)) return undefined
        // other bytes at a known offset: they belong to a new file
        if (known || this.count >= MAX_PARTS) this.begin(id, total)
        this.parts["" + offset] = bytes
        this.count++
        return this.whole()
    }

    /** Forgets an incomplete file of which no part came for PARTS_TIMEOUT_MS. */
    expire(now: number): void {
        if (this.count > 0 && now - this.heardAt > PARTS_TIMEOUT_MS)
            this.begin(-1, 0)
    }

    /** The whole file; undefined while a part is missing. */
    private whole(): Pieces | undefined {
        const file = new Pieces()
        while (file.length < this.total) {
            const next = this.parts["" + file.length]
            if (!next) return undefined
            file.add(next)
        }
        this.begin(-1, 0)
        return file
    }

    private begin(id: number, total: number): void {
        this.id = id
        this.total = total
        this.parts = {}
        this.count = 0
    }
}

function isPart(offset: number, total: number, bytes: Buffer): boolean {
    return (
        total <= MAX_FILE_BYTES &&
        offset >= 0 &&
        bytes.length > 0 &&
        offset + bytes.length <= total
    )
}
