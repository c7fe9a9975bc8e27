// A byte ring: entries one after the other in one buffer, which is allocated once, so that entries
// leave no holes in the heap. An entry may go on at the start of the buffer. The user of a ring
// knows how long its entries are.
//
// To append, the user writes the entry at `end` and moves `end` on. When the entry ends beyond
// `limit`, it first frees the oldest entries if need be, and begins a lap. These statements are in
// the users, since they run for each line of the log.

/** More than any number of bytes: to write as much as fits. */
export const ALL_BYTES = 1000000000

/** What a ring needs to begin a lap or to read: its buffer, and the bytes of a lap. */
type Lap = Pick<ByteRing, "buffer" | "room">

/** The state of a byte ring. Places are in bytes; those in the lap before `end` are negative. */
export interface ByteRing {
    /** Where the next entry goes. */
    end: number
    /** An entry that ends beyond it needs room first: at most `room` and `start + room`. */
    limit: number
    /** At least `room` bytes. The beginning of an entry may use more, so that it is in one piece. */
    buffer: Buffer
    /** Bytes of a lap. */
    room: number
    /** Place of the oldest entry. */
    start: number
}

/**
 * Begins a lap, for an entry that would end at `end`, beyond `room`: copies the part of its text
 * that is beyond the end of the lap to the start of the buffer. All places that the user keeps are
 * a lap further back then.
 * @param at place of the text, with which the entry ends; of one that begins beyond the lap nothing
 * is copied
 * @returns the place where the entry ends
 */
export function beginLap(
    { buffer, room }: Lap,
    text: string,
    at: number,
    end: number
): number {
    buffer.blitAt(0, text, room - at, room)
    return end - room
}

/** A copy of `size` bytes from a place on. */
export function copyBytes(
    { buffer, room }: Lap,
    place: number,
    size: number
): Buffer {
    const data = Buffer.alloc(size)
    if (place < 0) place += room
    data.blitAt(0, buffer, place, size)
    if (place + size > room) data.blitAt(room - place, buffer, 0, size)
    return data
}

/**
 * The end of the entry that has a byte at a place, in a ring whose entries end with a byte 0 and
 * hold no other: the place behind that byte.
 */
export function entryEnd({ buffer, room }: Lap, at: number): number {
    if (at >= 0) return buffer.indexOf(0, at) + 1
    const found = buffer.indexOf(0, at + room)
    return found < 0 ? buffer.indexOf(0, 0) + 1 : found + 1 - room
}

/** The text of an entry between two places; the byte 0 at its end is left out. */
export function entryText(ring: Lap, at: number, end: number): string {
    return copyBytes(ring, at, end - 1 - at).toString()
}
