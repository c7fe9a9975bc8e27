import { optionError, OptionTable, readOptions } from "../platform"
import { Level } from "./levels"

/** Everything is taken. */
export const STAGE_ASYNC = "async"
/** Nearly full: only entries at `vital` or worse are taken, the rest are dropped. */
export const STAGE_DROP = "drop"
/** Nothing moved for too long: what was queued has just been thrown away, all of it. */
export const STAGE_FLUSH = "flush"

/** One of the STAGE constants. */
export type Stage = string

/** Limits and thresholds of a queue; what is left out keeps its value or takes the default. */
export interface QueueOptions {
    /** Most entries, 1 to 4096; 64 by default. */
    entries?: number
    /** Most bytes of all entries; 4096 by default. */
    bytes?: number
    /** Fill in percent of either limit at which dropping starts; 75 by default. */
    dropAt?: number
    /** Fill in percent of both limits at which dropping ends; 25 by default. */
    lowAt?: number
    /** Entries dropped in one overload after which the queue is flushed; 1000, 0 = never. */
    flushAfter?: number
    /** Entries of this level and worse may use what lies above `dropAt`; error by default. */
    vital?: Level
}

/** What became of the entries of a queue or handler: received = delivered + queued + dropped. */
export interface Account {
    /** Records since boot: the sum of the others. */
    received: number
    /** Records that the handler has taken. */
    delivered: number
    /** Records that wait in its queue. */
    queued: number
    /** Records lost. */
    dropped: number
}

/** Most entries a queue may be given: its slots alone take 16 bytes each. */
export const MAX_QUEUE_ENTRIES = 4096

const QUEUE_OPTIONS: OptionTable = `
    entries: int 1 4096 = 64
    bytes: bytes 1 65535 = 4096
    dropAt: percent 1 100 = 75
    lowAt: percent 0 100 = 25
    flushAfter: int 0 2147483647 = 1000
    vital: level -1 8 = 3
`

/**
 * A first-in first-out queue between the log, which must not wait, and a slow device.
 * It is bounded in entries and bytes, and its account is exact at every moment.
 *
 * Dropping continues until the queue is low again (hysteresis), so that it does not change at
 * each entry. The stages come from OTP's logger_olp: `async`, then `drop`, then `flush`. OTP's fourth,
 * `sync`, slows the caller down until the handler has caught up; here no caller may be held,
 * so it has no meaning.
 * @devsWhenUsed
 */
export class BoundedQueue<T> {
    // in the order in which a push looks them up
    received = 0
    /** Entries in the queue. */
    length = 0
    /** Fill at which dropping starts; 0 while entries are dropped, until the queue is low. */
    private dropEntries = 0
    /** Bytes of the entries in the queue. */
    bytes = 0
    private dropBytes: number
    private items: T[] = []
    private sizes: number[] = []
    stage: Stage = STAGE_ASYNC
    dropped = 0
    /** Entries dropped and not reported yet. */
    unreported = 0
    /** Entries dropped since one was delivered. */
    private stuck = 0
    /** Fill at which an overload ends. */
    private lowEntries: number
    private lowBytes: number
    delivered = 0
    /** Those in force. */
    limits: QueueOptions
    /** Called when something was dropped and the queue is low again; must not log or wait. */
    onLow: () => void

    /** @throws OPTION_ERROR when a limit is out of its range */
    constructor(options?: QueueOptions) {
        this.limits = queueLimits(options)
        this.setThresholds()
    }

    /**
     * Changes limits while running. Entries that no longer fit stay until they are delivered.
     * @throws OPTION_ERROR when a limit is out of its range; nothing is changed then
     */
    configure(changes: QueueOptions): void {
        this.limits = queueLimits(changes, this.limits)
        if (this.stage !== STAGE_DROP) this.setThresholds()
    }

    /**
     * Offers an entry.
     * @param bytes its size, counted against the byte limit
     * @param level its severity; those at `vital` or worse may use the reserve
     * @returns false when it was dropped (and counted)
     */
    push(item: T, bytes: number, level?: Level): boolean {
        if (!this.admits(bytes, level)) return false
        this.put(item, bytes)
        return true
    }

    /**
     * The first half of `push`, for an entry that is dear to make: counts it as received, and
     * decides on it. Each one that is admitted must be `put` at once.
     * @returns false when it was dropped (and counted)
     */
    admits(bytes: number, level?: Level): boolean {
        this.received = this.received + 1
        if (this.length < this.dropEntries)
            if (this.bytes + bytes <= this.dropBytes) return true
        if (this.stage === STAGE_ASYNC) {
            this.stage = STAGE_DROP
            this.dropEntries = 0
        }
        const { entries, bytes: most, vital, flushAfter } = this.limits
        const fits = this.length < entries && this.bytes + bytes <= most
        if (level <= vital && fits) return true
        const stuck = this.stuck + 1
        this.stuck = stuck
        if (stuck >= flushAfter && flushAfter > 0) {
            this.clear()
            this.stuck = 0
            this.stage = STAGE_FLUSH
            if (bytes <= most) return true
        }
        this.dropped = this.dropped + 1
        this.unreported = this.unreported + 1
        // one too large for the drop threshold is dropped though the queue is low
        if (bytes > this.dropBytes) this.checkLow()
        return false
    }

    /** The second half of `push`. */
    put(item: T, bytes: number): void {
        const length = this.length
        // not by `push`, which takes a call
        this.items[length] = item
        this.sizes[length] = bytes
        this.length = length + 1
        this.bytes = this.bytes + bytes
    }

    /** The entry at `index` (0 = oldest), left in the queue; undefined past the end. */
    peek(index: number): T | undefined {
        return this.items[index]
    }

    /** Takes the oldest entry and counts it as delivered; undefined when there is none. */
    shift(): T | undefined {
        if (!this.length) return undefined
        this.length--
        this.bytes -= this.sizes.shift()
        this.delivered++
        this.stuck = 0
        const item = this.items.shift()
        this.checkLow()
        return item
    }

    /** Drops (and counts) everything that is queued. */
    clear(): void {
        this.dropped += this.length
        this.unreported += this.length
        this.length = this.bytes = 0
        this.items = []
        this.sizes = []
        this.checkLow()
    }

    /** Whether the fill is at `lowAt` or below. */
    isLow(): boolean {
        return this.length <= this.lowEntries && this.bytes <= this.lowBytes
    }

    /** Received, delivered, queued and dropped so far. */
    account(): Account {
        const { received, delivered, length, dropped } = this
        return { received, delivered, queued: length, dropped }
    }

    /** Entries dropped since the last call, to be reported in one record. */
    takeDropped(): number {
        const count = this.unreported
        this.unreported = 0
        return count
    }

    private setThresholds(): void {
        const { entries, bytes, dropAt, lowAt } = this.limits
        this.dropEntries = Math.idiv(entries * dropAt + 99, 100)
        this.dropBytes = Math.idiv(bytes * dropAt, 100)
        this.lowEntries = Math.idiv(entries * lowAt, 100)
        this.lowBytes = Math.idiv(bytes * lowAt, 100)
    }

    /** Ends an overload once the queue is low, and reports it when something was dropped. */
    private checkLow(): void {
        if (!this.isLow()) return
        this.stage = STAGE_ASYNC
        this.setThresholds()
        if (this.unreported > 0 && this.onLow) this.onLow()
    }
}

/**
 * Limits after a change, or those of a new queue.
 * @throws OPTION_ERROR when one is out of its range
 */
export function queueLimits(
    changes: QueueOptions,
    before?: QueueOptions
): QueueOptions {
    const limits = readOptions("queue", QUEUE_OPTIONS, changes, before)
    if (limits.lowAt > limits.dropAt)
        throw optionError(
            "queue",
            "lowAt",
            `at most dropAt (${limits.dropAt})`,
            limits.lowAt
        )
    return limits
}
