/** Records of one write. */
export interface Batch {
    /** Their frames. */
    data: Buffer
    /** How many of them count in the account: a record of our own does not. */
    count: number
}

/** What was sent last and may have to be sent again; oldest first. */
export class ReplayWindow {
    private batches: Batch[] = []
    private bytes = 0

    /** @param limit bytes that are kept */
    constructor(private readonly limit: number) {}

    /** Keeps what was just sent; forgets the oldest that no longer fit. */
    add(batch: Batch): void {
        this.keep(batch)
        while (this.bytes > this.limit && this.batches.length > 1)
            this.bytes -= this.batches.shift().data.length
    }

    /** Keeps what was just sent and forgets nothing: ask `hasRoom` before. */
    keep(batch: Batch): void {
        this.batches.push(batch)
        this.bytes += batch.data.length
    }

    /** Whether another `size` bytes fit; always when nothing is kept. */
    hasRoom(size: number): boolean {
        return !this.bytes || this.bytes + size <= this.limit
    }

    isEmpty(): boolean {
        return !this.bytes
    }

    /** Number of records that count in the account. */
    lines(): number {
        let lines = 0
        for (const batch of this.batches) lines += batch.count
        return lines
    }

    /** Number of batches. */
    count(): number {
        return this.batches.length
    }

    /** The batch at `index`, 0 being the oldest. */
    at(index: number): Batch {
        return this.batches[index]
    }

    /** Takes `answered` records out of the batch at `index`; `data` is what remains of it. */
    shorten(index: number, data: Buffer, answered: number): void {
        const batch = this.batches[index]
        this.bytes += data.length - batch.data.length
        batch.data = data
        batch.count -= answered
    }

    /** Removes and returns the batch at `index`. */
    take(index: number): Batch {
        const batch = this.batches[index]
        this.batches.insert(index, -1)
        this.bytes -= batch.data.length
        return batch
    }

    /** Forgets everything; returns what was kept. */
    clear(): Batch[] {
        const { batches } = this
        this.batches = []
        this.bytes = 0
        return batches
    }
}
