// Long data in pieces: the VM does not compact its heap, so a request for one long buffer can panic
// although much of the heap is free.

/** Total size of some pieces, in bytes. */
export function lengthOf(pieces: Buffer[]): number {
    let length = 0
    for (const piece of pieces) length += piece.length
    return length
}

/** The concatenation of some pieces, as a text. */
export function piecesText(pieces: Buffer[]): string {
    const all = Buffer.alloc(lengthOf(pieces))
    let at = 0
    for (const piece of pieces) {
        all.set(piece, at)
        at += piece.length
    }
    return all.toString()
}
