import { MAX_SEQUENCE } from "./message"

/** The oldest records of the outbox, for one write. */
export interface Head {
    lines: string[]
    /** Bytes of all lines. */
    size: number
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

    /** Whether there is a gap to declare. */
    hasGap(): boolean {
        return this.gapCount > 0
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

    /**
     * The oldest records, up to `limit` bytes but at least one, and at most `most`.
     * They stay until `remove`.
     */
    head(limit: number, most: number): Head {
        if (this.bytes <= limit && this.lines.length <= most)
            return { lines: this.lines, size: this.bytes }
        let count = 1
        let size = this.lines[0].byteLength
        while (count < this.lines.length && count < most) {
            const more = size + this.lines[count].byteLength
            if (more > limit) break
            size = more
            count++
        }
        return { lines: this.lines.slice(0, count), size }
    }

    /** Removes what `head` told: it was sent. */
    remove(head: Head): void {
        if (head.lines === this.lines) this.lines = []
        else this.lines.insert(0, -head.lines.length)
        this.bytes -= head.size
    }

    /** Puts records back in front that were sent but not acknowledged. */
    putBack(lines: string[]): void {
        for (const line of lines) this.bytes += line.byteLength
        const all = lines.slice()
        all.pushRange(this.lines)
        this.lines = all
        this.setLimit(this.limit)
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
