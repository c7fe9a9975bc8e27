import { MAX_SEQUENCE } from "./message"

/** Lines at the head of the outbox, joined for one write. */
export interface Batch {
    text: string
    count: number
}

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
 * Framed records that wait to be sent, at most `limit` bytes: when full, the oldest are
 * dropped, counted, and remembered as one gap until that is declared to the receiver.
 */
export class Outbox {
    /** Records dropped since start. */
    dropped = 0
    /** Bytes that wait. */
    bytes = 0
    /** sequenceId of the newest record; the others precede it without holes. */
    sequence = 0
    private lines: string[] = []
    private gapCount = 0

    constructor(private limit: number) {}

    /** Number of records that wait. */
    count(): number {
        return this.lines.length
    }

    /** The sequenceId for the next record to be added. */
    nextSequence(): number {
        return this.sequence < MAX_SEQUENCE ? this.sequence + 1 : 1
    }

    /** Adds the record whose id `nextSequence` told; `size` is its length in bytes. */
    add(line: string, size: number): void {
        this.sequence = this.nextSequence()
        this.lines.push(line)
        this.bytes += size
        while (this.bytes > this.limit) this.dropOldest()
    }

    /** Changes the limit; drops what is over it. */
    setLimit(limit: number): void {
        this.limit = limit
        while (this.bytes > limit) this.dropOldest()
    }

    /** What was dropped since the last `forgetGap`, or undefined. */
    gap(): Gap | undefined {
        if (!this.gapCount) return undefined
        const last = sequenceAfter(this.sequence, -this.lines.length)
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

    /** The oldest records, up to `limit` bytes but at least one; they stay until `remove`. */
    head(limit: number): Batch {
        if (this.bytes <= limit)
            return { text: this.lines.join(""), count: this.lines.length }
        let count = 1
        let size = this.lines[0].byteLength
        while (count < this.lines.length) {
            size += this.lines[count].byteLength
            if (size > limit) break
            count++
        }
        return { text: this.lines.slice(0, count).join(""), count }
    }

    /** The oldest record; it stays until `remove`. */
    first(): string {
        return this.lines[0]
    }

    /** Removes the oldest `count` records, `size` bytes in all: they were sent. */
    remove(count: number, size: number): void {
        if (count === this.lines.length) this.lines = []
        else this.lines.insert(0, -count)
        this.bytes -= size
    }

    /** Replaces each record by what `change` makes of it, as for another framing. */
    change(change: (line: string) => string): void {
        this.bytes = 0
        for (let i = 0; i < this.lines.length; ++i) {
            this.lines[i] = change(this.lines[i])
            this.bytes += this.lines[i].byteLength
        }
        this.setLimit(this.limit)
    }

    private dropOldest(): void {
        this.bytes -= this.lines.shift().byteLength
        this.dropped++
        this.gapCount++
    }
}
