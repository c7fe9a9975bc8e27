/** A piece of this size or more is full: bytes are added to a new one. */
const PIECE_BYTES = 256
/** Most pieces that are lines: header, signatures and the lines of a seal. */
const MAX_LINES = 40
const LINE_END = 10

/**
 * A file that arrives part by part, in small pieces: the VM does not compact its heap, so a request
 * for one long buffer can panic although much of the heap is free. The first MAX_LINES pieces are
 * lines with their line ends.
 * @devsWhenUsed
 */
export class Pieces {
    readonly list: Buffer[] = []
    length = 0

    /** Adds bytes. The caller limits their total. */
    add(data: Buffer): void {
        const { list } = this
        this.length += data.length
        const last = list.pop()
        if (last) {
            const isLine =
                list.length < MAX_LINES && last[last.length - 1] === LINE_END
            if (isLine || last.length >= PIECE_BYTES) list.push(last)
            else data = joined(last, data)
        }
        let at = 0
        while (at < data.length) {
            let end = list.length < MAX_LINES ? data.indexOf(LINE_END, at) : -1
            end = end < 0 ? data.length : end + 1
            list.push(data.slice(at, end))
            at = end
        }
    }
}

/** The concatenation of two buffers: less code than Buffer's own `concat`. */
export function joined(a: Buffer, b: Buffer): Buffer {
    const all = Buffer.alloc(a.length + b.length)
    all.set(a)
    all.set(b, a.length)
    return all
}
