import { FlashSlots, logSlot } from "../../../platform"
import { readHeader, sameSegment, segmentFault, SegmentHeader } from "./segment"

/** Slot state: never written, so using it makes the live data of the store grow. */
const VIRGIN = -1
/** Slot state: holds nothing of this log. */
const JUNK = 0

/** The store did not take or give back a segment; the message names the slot. */
export class FlashLogError extends Error {
    constructor(message: string) {
        super(message)
        this.name = "FlashLogError"
    }
}

/** What a log has asked of the flash since start. */
export interface RingStats {
    /** Segments written, rewrites of a part-filled one included. */
    writes: number
    /** Bytes programmed for them: 24 of the store's entry and the value rounded up to 8. */
    programmed: number
}

/**
 * The slots of one log. A segment goes to a slot whose content no longer counts, and stays
 * there while it grows; nothing is ever deleted or copied.
 */
export class SegmentRing {
    readonly stats: RingStats = { writes: 0, programmed: 0 }
    /** Damaged segments found by the last scan. */
    damaged = 0
    /** Per slot: sequence number, VIRGIN or JUNK. */
    private readonly seqs: number[] = []

    /**
     * @param id of the log; segments of others are left out and may be overwritten
     * @param from first slot
     * @param count number of slots
     */
    constructor(
        private readonly flash: FlashSlots,
        private readonly id: number,
        private readonly from: number,
        private readonly count: number
    ) {
        for (let i = 0; i < count; ++i) this.seqs.push(VIRGIN)
    }

    /**
     * Reads all slots.
     * @param found is given each sound segment of this log
     * @param problem is told of each other value, in one line
     */
    async scan(
        found: (segment: Buffer, header: SegmentHeader) => void,
        problem: (text: string) => void
    ): Promise<void> {
        this.damaged = 0
        for (let i = 0; i < this.count; ++i) {
            const value = await this.flash.read(logSlot(this.from + i))
            this.seqs[i] = value ? JUNK : VIRGIN
            if (!value) continue
            const fault = segmentFault(value)
            if (fault) {
                this.damaged++
                problem(`slot ${logSlot(this.from + i)} ${fault}: skipped`)
                continue
            }
            const header = readHeader(value)
            if (header.id !== this.id || this.slotOf(header.seq) >= 0) continue
            this.seqs[i] = header.seq
            found(value, header)
        }
    }

    /** Slot of a segment, counted from the ring's first; -1 when none has it. */
    slotOf(seq: number): number {
        return this.seqs.indexOf(seq)
    }

    /**
     * Reads a segment.
     * @returns undefined when it is not there (any more) or damaged
     */
    async read(seq: number): Promise<Buffer | undefined> {
        const slot = this.slotOf(seq)
        if (slot < 0) return undefined
        const value = await this.flash.read(logSlot(this.from + slot))
        if (!value || segmentFault(value)) return undefined
        const header = readHeader(value)
        return header.seq === seq && header.id === this.id ? value : undefined
    }

    /**
     * Finds a place for a new segment: a used slot first, since it costs the store nothing.
     * @param oldest sequence number of the oldest segment that counts
     * @returns -1 when all slots hold segments that count
     */
    freeSlot(oldest: number): number {
        let best = -1
        for (let i = 0; i < this.count; ++i) {
            const seq = this.seqs[i]
            if (seq >= oldest) continue
            if (best < 0 || this.rank(seq) < this.rank(this.seqs[best]))
                best = i
        }
        return best
    }

    private rank(seq: number): number {
        return seq === VIRGIN ? Infinity : seq
    }

    /**
     * Writes a segment and reads it back: the store does not say whether it took it.
     * @throws FlashLogError when it did not
     */
    async write(slot: number, seq: number, segment: Buffer): Promise<void> {
        const key = logSlot(this.from + slot)
        await this.flash.write(key, segment)
        this.stats.writes++
        this.stats.programmed += 24 + ((segment.length + 7) & ~7)
        const stored = await this.flash.read(key)
        if (!stored || !sameSegment(stored, segment))
            throw new FlashLogError(
                `slot ${key} does not hold what was written; is the store full?`
            )
        this.seqs[slot] = seq
    }
}
