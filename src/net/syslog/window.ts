/** Records of one write. */
export interface Batch {
    /** Their frames. */
    data: Buffer
    /** How many of them count in the account: a record of our own does not. */
    count: number
    /** RELP: the number that each has on this connection, 0 once it was answered. */
    numbers?: number[]
}

/**
 * What was sent last and may have to be sent again; oldest first.
 *
 * @devsWhenUsed
 */
export class ReplayWindow {
    batches: Batch[] = []
    bytes = 0

    /**
     * Keeps what was just sent.
     * @param limit bytes that are kept: the oldest that no longer fit are forgotten
     */
    add(batch: Batch, limit: number): void {
        this.batches.push(batch)
        this.bytes += batch.data.length
        while (this.bytes > limit && this.batches.length > 1) this.take(0)
    }

    /** Removes and returns the batch at `index`, 0 being the oldest. */
    take(index: number): Batch {
        const batch = this.batches[index]
        this.batches.insert(index, -1)
        this.bytes -= batch.data.length
        return batch
    }
}
