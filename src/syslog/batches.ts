/**
 * Framed records in batches of one write each, oldest first, at the same places of both lists:
 * on this VM an object for each batch would take 84 bytes of heap.
 */
export interface Batches {
    bytes: number
    /** The frames. */
    readonly data: Buffer[]
    /** How many records of each count in the account: a record of our own does not. */
    readonly counts: number[]
}

/** Bytes of a batch, at least, that the lists have room for. */
const LEAST_BYTES = 128

/**
 * No batches. A class would take 84 bytes for its methods even without any.
 * @param limit most bytes that will be in them: the lists get their room now, as a heap that is
 * fragmented later has no place for longer ones
 */
export function newBatches(limit: number): Batches {
    const room = Math.idiv(limit, LEAST_BYTES) + 1
    const data: Buffer[] = []
    const counts: number[] = []
    data.insert(0, room)
    counts.insert(0, room)
    const batches = { bytes: 0, data, counts }
    clearBatches(batches)
    return batches
}

/** Removes all batches. */
export function clearBatches(of: Batches): void {
    const { length } = of.data
    of.data.insert(0, -length)
    of.counts.insert(0, -length)
    of.bytes = 0
}

/** Adds a batch behind the newest. */
export function addBatch(to: Batches, data: Buffer, count: number): void {
    to.data.push(data)
    to.counts.push(count)
    to.bytes += data.length
}

/** Puts a batch in front of the oldest. */
export function putBack(to: Batches, data: Buffer, count: number): void {
    to.data.insert(0, 1)
    to.data[0] = data
    to.counts.insert(0, 1)
    to.counts[0] = count
    to.bytes += data.length
}

/**
 * Removes a batch.
 * @param index its place, 0 being the oldest
 * @returns how many of its records count
 */
export function removeBatch(from: Batches, index: number): number {
    const { data, counts } = from
    from.bytes -= data[index].length
    data.insert(index, -1)
    const count = counts[index]
    counts.insert(index, -1)
    return count
}

/** Puts other bytes in place of those of a batch. */
export function replaceBatch(of: Batches, index: number, data: Buffer): void {
    of.bytes += data.length - of.data[index].length
    of.data[index] = data
}

/** How many records of all batches count. */
export function countOf({ counts }: Batches): number {
    let count = 0
    for (const each of counts) count += each
    return count
}
