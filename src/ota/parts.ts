import { equalBytes } from "../platform"
import { MAX_FILE_BYTES } from "./file"
import { Pieces } from "./pieces"

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
    /** Number of parts that wait for others. */
    count = 0

    /**
     * Takes a part; ignores one that is out of the limits.
     * @param id tells files apart, as their version does; a part of another file replaces what is there
     * @param offset where the part begins in the file, in bytes
     * @param total size of the file in bytes, at most MAX_FILE_BYTES
     * @returns the file when it is complete; undefined before
     */
    add(
        id: number,
        offset: number,
        total: number,
        bytes: Buffer
    ): Pieces | undefined {
        if (!isPart(offset, total, bytes)) return undefined
        if (id !== this.id || total !== this.total) this.begin(id, total)
        const known = this.parts["" + offset]
        if (equalBytes(known, bytes)) return undefined
        // other bytes at a known offset: they belong to a new file
        if (known || this.count >= MAX_PARTS) this.begin(id, total)
        this.parts["" + offset] = bytes
        this.count++
        return this.whole()
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
