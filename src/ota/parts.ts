import { equalBytes } from "../platform"
import { MAX_FILE_BYTES } from "./file"
import { Pieces } from "./pieces"
import { PARTS_TIMEOUT_MS } from "./updater"

/** Most parts of a file. */
export const MAX_PARTS = 80

/**
 * Puts a file together from parts, as a bus or messages of a few hundred bytes bring them:
 * in any order, some twice, some of them lost and sent again. One file at a time.
 * @devsWhenUsed
 */
export class PartCollector {
    private id = -1
    private total = 0
    /** By offset. */
    private parts: Record<string, Buffer> = {}
    private count = 0
    private heardAt = 0

    /**
     * Takes a part.
     * @param id tells files apart, as their version; a part of another one begins a new file
     * @param offset where the part begins in the file, in bytes
     * @param total bytes of the file
     * @param now uptime, ms
     * @returns the file when nothing is missing any more
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
        // other bytes: a file that was cut short is replaced by the one that arrives now
        if (known || this.count >= MAX_PARTS) this.begin(id, total)
        this.parts["" + offset] = bytes
        this.count++
        return this.whole()
    }

    /** Forgets what has been waiting for its rest for too long. */
    expire(now: number): void {
        if (this.count > 0 && now - this.heardAt > PARTS_TIMEOUT_MS)
            this.begin(-1, 0)
    }

    /** The parts in their order; undefined while one is missing. */
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
