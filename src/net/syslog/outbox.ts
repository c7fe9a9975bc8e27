import { Batch } from "./window"

/**
 * Framed records that wait to be sent, in batches of one write each: the lines of a batch are
 * joined as soon as it is long enough, as a few long buffers take less of the heap, and tear
 * fewer holes into it, than hundreds of short texts. When full, the oldest batch is dropped, counted, and remembered as one gap
 * until that is declared to the receiver.
 *
 * @devsWhenUsed
 */
export class Outbox {
    /** Records that wait. */
    count = 0
    /** Bytes that wait. */
    bytes = 0
    /** Bytes of the newest batch, which still grows. */
    openBytes = 0
    /** sequenceId of the newest record; the others precede it without holes. */
    sequence = 0
    /** Records dropped since start. */
    dropped = 0
    /** Records dropped, right before the oldest that waits, and not declared yet. */
    gap = 0
    /** Lines of the newest batch. */
    private open: string[] = []
    private readonly batches: Batch[] = []

    /**
     * @param limit most bytes that wait
     * @param batchBytes most bytes of a batch, except for a longer record
     */
    constructor(
        private limit: number,
        private batchBytes: number
    ) {}

    /** Adds the record that follows `sequence`; `size` is its length in bytes. */
    add(line: string, size: number, sequence: number): void {
        if (this.openBytes + size > this.batchBytes) this.seal()
        this.open.push(line)
        this.openBytes += size
        this.sequence = sequence
        this.bytes += size
        this.count++
        if (this.bytes > this.limit) this.makeRoom()
    }

    /** Changes the limits; drops what is over them. */
    setLimits(limit: number, batchBytes: number): void {
        this.seal()
        this.limit = limit
        this.batchBytes = batchBytes
        this.makeRoom()
    }

    /** The oldest batch, which stays until `remove`; undefined when nothing waits. */
    head(): Batch | undefined {
        if (!this.batches.length) this.seal()
        return this.batches[0]
    }

    /** Removes and returns what `head` told. */
    remove(): Batch {
        const batch = this.batches.shift()
        this.count -= batch.count
        this.bytes -= batch.data.length
        return batch
    }

    /** Puts a batch back in front that was sent but not acknowledged. */
    putBack(batch: Batch): void {
        this.batches.unshift(batch)
        this.count += batch.count
        this.bytes += batch.data.length
        this.makeRoom()
    }

    /** Replaces each batch by what `change` makes of it, as for another framing. */
    change(change: (data: Buffer) => Buffer): void {
        this.seal()
        for (const batch of this.batches) {
            this.bytes -= batch.data.length
            batch.data = change(batch.data)
            this.bytes += batch.data.length
        }
        this.makeRoom()
    }

    private seal(): void {
        const count = this.open.length
        if (!count) return
        const data = Buffer.from(this.open.join(""))
        this.batches.push({ data, count })
        this.open = []
        this.openBytes = 0
    }

    private makeRoom(): void {
        while (this.bytes > this.limit) {
            this.head()
            const { count } = this.remove()
            this.dropped += count
            this.gap += count
        }
    }
}
