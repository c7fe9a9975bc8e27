/** Bytes of one piece: small enough for a heap that is nearly full and fragmented. */
const PIECE_BYTES = 256

/**
 * Bytes that arrive bit by bit, as a file over the air, in small pieces: the VM does not compact its
 * heap, and asking it for one long piece can panic with much of it free.
 * @devsWhenUsed
 */
export class Pieces {
    private readonly list: Buffer[] = []
    length = 0

    /** Takes more bytes; who calls has a limit for all of them. */
    add(data: Buffer): void {
        let at = 0
        while (at < data.length) {
            const used = this.length % PIECE_BYTES
            if (used === 0) this.list.push(Buffer.alloc(PIECE_BYTES))
            const count = Math.min(PIECE_BYTES - used, data.length - at)
            this.list[this.list.length - 1].blitAt(used, data, at, count)
            this.length += count
            at += count
        }
    }

    /** A copy of some of the bytes. */
    bytes(from: number, to: number): Buffer {
        const copy = Buffer.alloc(to - from)
        let at = from
        while (at < to) {
            const offset = at % PIECE_BYTES
            const piece = this.list[Math.idiv(at, PIECE_BYTES)]
            copy.blitAt(at - from, piece, offset, PIECE_BYTES)
            at += PIECE_BYTES - offset
        }
        return copy
    }

    /**
     * The line that begins at `at`, without its line end.
     * @returns undefined when none ends within `maxBytes`
     */
    line(at: number, maxBytes: number): Buffer | undefined {
        const line = this.bytes(at, Math.min(at + maxBytes + 1, this.length))
        const end = line.indexOf(10)
        return end < 0 ? undefined : line.slice(0, end)
    }

    /** A copy of all bytes from `from` on, in pieces. */
    parts(from: number): Buffer[] {
        const parts: Buffer[] = []
        while (from < this.length) {
            const to = Math.min(from + PIECE_BYTES, this.length)
            parts.push(this.bytes(from, to))
            from = to
        }
        return parts
    }
}
