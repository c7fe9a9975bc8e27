import { MAX_FILE_BYTES } from "./file"
import { Pieces } from "./pieces"

/** Most parts of a file. */
export const MAX_PARTS = 80
/** A file whose parts stop coming is forgotten after this time, ms. */
export const PARTS_TIMEOUT_MS = 300000

interface Part {
    offset: number
    bytes: Buffer
}

/**
 * Puts a file together that comes in parts, as over a bus or by messages of a few hundred bytes:
 * in any order, some twice, some of them lost and sent again. One file at a time.
 * @devsWhenUsed
 */
export class PartCollector {
    private id = -1
    private total = 0
    private parts: Part[] = []
    private received = 0
    private heardAt = 0

    /**
     * Takes a part.
     * @param id tells files apart, as their version; another one begins anew
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
        const known = this.partAt(offset)
        if (known) {
            if (known.bytes.toString("hex") === bytes.toString("hex"))
                return undefined
            // a file that was cut short gives way to the one that comes now
            this.begin(id, total)
        }
        if (this.parts.length >= MAX_PARTS) return undefined
        this.parts.push({ offset, bytes })
        this.received += bytes.length
        return this.received >= total ? this.whole() : undefined
    }

    /** Forgets what has been waiting for its rest for too long. */
    expire(now: number): void {
        if (this.total > 0 && now - this.heardAt > PARTS_TIMEOUT_MS)
            this.begin(-1, 0)
    }

    /** The parts in their order; undefined, and all is forgotten, when they overlap. */
    private whole(): Pieces | undefined {
        const file = new Pieces(MAX_FILE_BYTES)
        while (file.length < this.total) {
            const next = this.partAt(file.length)
            if (!next || !file.add(next.bytes)) break
        }
        const isWhole = file.length === this.total
        this.begin(-1, 0)
        return isWhole ? file : undefined
    }

    private partAt(offset: number): Part | undefined {
        return this.parts.find(part => part.offset === offset)
    }

    private begin(id: number, total: number): void {
        this.id = id
        this.total = total
        this.parts = []
        this.received = 0
    }
}

function isPart(offset: number, total: number, bytes: Buffer): boolean {
    return (
        total >= 1 &&
        total <= MAX_FILE_BYTES &&
        offset >= 0 &&
        bytes.length >= 1 &&
        offset + bytes.length <= total
    )
}
