// Long bytes in pieces: the VM does not compact its heap, and asking it for one long piece can panic
// with much of it free.

/** Bytes of some pieces. */
export function lengthOf(pieces: Buffer[]): number {
    let length = 0
    for (const piece of pieces) length += piece.length
    return length
}

/** All bytes of some pieces, as a text. */
export function piecesText(pieces: Buffer[]): string {
    const all = Buffer.alloc(lengthOf(pieces))
    let at = 0
    for (const piece of pieces) {
        all.set(piece, at)
        at += piece.length
    }
    return all.toString()
}
