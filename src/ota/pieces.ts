/** A piece of this size is full. */
const PIECE_BYTES = 256
/** Most pieces that end with a line: those of header and signatures, or of a seal. */
const MAX_LINES = 40
const LINE_END = 10

/**
 * A file that arrives bit by bit, in small pieces: the VM does not compact its heap, and asking it for
 * one long piece can panic with much of it free. The first pieces are lines with their line ends.
 * @devsWhenUsed
 */
export class Pieces {
    readonly list: Buffer[] = []
    length = 0

    /** Takes more bytes; who calls has a limit for all of them. */
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

/** The bytes of two buffers. Buffer's own `concat` is more code. */
export function joined(a: Buffer, b: Buffer): Buffer {
    const all = Buffer.alloc(a.length + b.length)
    all.set(a)
    all.set(b, a.length)
    return all
}
