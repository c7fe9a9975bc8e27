import { MAX_SEQUENCE } from "./message"
import { Batch } from "./window"

/** A run of records that were dropped before they were sent. */
export interface Gap {
    count: number
    /** sequenceIds of the first and last record dropped. */
    first: number
    last: number
}

/** The sequenceId `steps` after (or before, when negative) another: 1 follows MAX_SEQUENCE. */
export function sequenceAfter(sequence: number, steps: number): number {
    const next = (sequence - 1 + steps) % MAX_SEQUENCE
    return (next < 0 ? next + MAX_SEQUENCE : next) + 1
}

/**
 * Framed records that wait to be sent. They are copied into batches of one write each as they
 * come: a few long buffers take less of the heap, and tear fewer holes into it, than hundreds
 * of short texts. When full, the oldest batch is dropped, counted, and remembered as one gap
 * until that is declared to the receiver.
 */
export class Outbox {
    /** Records dropped since start. */
    dropped = 0
    /** Bytes that wait. */
    bytes = 0
    /** Bytes of the newest batch, which still grows. */
    openBytes = 0
    /** sequenceId of the newest record; the others precede it without holes. */
    private sequence = 0
    private queued = 0
    /** The newest batch; used again for each. */
    private open: Buffer
    private openCount = 0
    private readonly batches: Batch[] = []
    private gapCount = 0

    /**
     * @param limit most bytes that wait
     * @param batchBytes most bytes of a batch, except for a longer record
     */
    constructor(
        private limit: number,
        private batchBytes: number
    ) {
        this.open = Buffer.alloc(batchBytes)
    }

    /** Number of records that wait. */
    count(): number {
        return this.queued
    }

    /** The sequenceId for the next record to be added. */
    nextSequence(): number {
        return this.sequence < MAX_SEQUENCE ? this.sequence + 1 : 1
    }

    /** Adds the record whose id `nextSequence` told; `size` is its length in bytes. */
    add(line: string, size: number): void {
        if (this.openBytes + size > this.batchBytes) this.seal()
        this.sequence = this.sequence < MAX_SEQUENCE ? this.sequence + 1 : 1
        if (size > this.batchBytes)
            this.batches.push({ data: Buffer.from(line), count: 1 })
        else {
            this.open.blitAt(this.openBytes, line, 0, size)
            this.openBytes += size
            this.openCount++
        }
        this.bytes += size
        this.queued++
        if (this.bytes > this.limit) this.makeRoom()
    }

    /** Changes the limits; drops what is over them. */
    setLimits(limit: number, batchBytes: number): void {
        this.seal()
        this.open = Buffer.alloc(batchBytes)
        this.limit = limit
        this.batchBytes = batchBytes
        this.makeRoom()
    }

    /** Whether there is a gap to declare. */
    hasGap(): boolean {
        return this.gapCount > 0
    }

    /** What was dropped since the last `forgetGap`, or undefined. */
    gap(): Gap | undefined {
        if (!this.gapCount) return undefined
        const last = sequenceAfter(this.sequence, -this.queued)
        return {
            count: this.gapCount,
            first: sequenceAfter(last, 1 - this.gapCount),
            last,
        }
    }

    /** The gap was declared to the receiver. */
    forgetGap(): void {
        this.gapCount = 0
    }

    /** The oldest batch, which stays until `remove`; undefined when nothing waits. */
    head(): Batch | undefined {
        if (!this.batches.length) this.seal()
        return this.batches[0]
    }

    /** Removes what `head` told: it was sent. */
    remove(): void {
        const batch = this.batches.shift()
        this.queued -= batch.count
        this.bytes -= batch.data.length
    }

    /** Puts a batch back in front that was sent but not acknowledged. */
    putBack(batch: Batch): void {
        this.batches.unshift(batch)
        this.queued += batch.count
        this.bytes += batch.data.length
        this.makeRoom()
    }

    /** Replaces each batch by what `change` makes of it, as for another framing. */
    change(change: (data: Buffer) => Buffer): void {
        this.seal()
        this.bytes = 0
        for (const batch of this.batches) {
            batch.data = change(batch.data)
            this.bytes += batch.data.length
        }
        this.makeRoom()
    }

    private seal(): void {
        if (!this.openCount) return
        const data = this.open.slice(0, this.openBytes)
        this.batches.push({ data, count: this.openCount })
        this.openCount = 0
        this.openBytes = 0
    }

    private makeRoom(): void {
        while (this.bytes > this.limit) {
            const { count } = this.head()
            this.remove()
            this.dropped += count
            this.gapCount += count
        }
    }
}
