import { optionError, OptionTable, readOptions } from "../platform"
import { Level } from "./levels"

/** Everything is taken. */
export const STAGE_ASYNC = "async"
/** Nearly full: only entries at `vital` or worse are taken, the rest are dropped. */
export const STAGE_DROP = "drop"
/** Nothing was delivered for too long: the whole queue has just been dropped. */
export const STAGE_FLUSH = "flush"

/** One of the STAGE constants. */
export type Stage = string

/** Limits and thresholds of a queue; one left out keeps its value, or takes its default. */
export interface QueueOptions {
    /** Most entries, 1 to 4096; 64 by default. */
    entries?: number
    /** Most bytes of all entries, 1 to 65,535; 4096 by default. */
    bytes?: number
    /** Fill in percent of either limit at which dropping starts, 1 to 100; 75 by default. */
    dropAt?: number
    /** Fill in percent of both limits at which dropping ends, 0 to `dropAt`; 25 by default. */
    lowAt?: number
    /** Entries dropped since a delivery that flush the queue; 1000 by default, 0 = never. */
    flushAfter?: number
    /** Entries of this level and worse may use the reserve above `dropAt`; ERROR by default. */
    vital?: Level
}

/** What became of the entries of a queue or handler: received = delivered + queued + dropped. */
export interface Account {
    /** Entries offered so far: the sum of the others. */
    received: number
    /** Entries that the handler has taken. */
    delivered: number
    /** Entries in its queue. */
    queued: number
    /** Entries lost. */
    dropped: number
}

/** Largest limit of entries: each takes 16 bytes of heap besides the entry itself. */
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
 * Dropping continues until the queue is low again (hysteresis), so that the stage does not change
 * at each entry. The stages are those of OTP's logger_olp: `async`, then `drop`, then `flush`.
 * OTP's `sync`, which slows the caller down until the handler has caught up, is missing, since
 * no caller may be blocked here.
 * @devsWhenUsed
 */
export class BoundedQueue<T> {
    /** Entries offered so far. */
    received = 0
    /** Entries in the queue. */
    length = 0
    /** Entries at which dropping starts; 0 while the stage is `drop`. */
    private dropEntries = 0
    /** Bytes of the entries in the queue. */
    bytes = 0
    /** Bytes above which dropping starts. */
    private dropBytes = 0
    private items: T[] = []
    private sizes: number[] = []
    stage: Stage = STAGE_ASYNC
    dropped = 0
    /** Entries dropped and not reported yet. */
    unreported = 0
    /** Entries dropped since the last delivery or flush. */
    private stuck = 0
    delivered = 0
    /** Limits in force. */
    limits: QueueOptions
    /** Called when entries were dropped and the queue is low again; must not log or wait. */
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
     * The first half of `push`, for an entry that is expensive to make: counts it as received and
     * decides on it. An entry that is admitted must be passed to `put` at once.
     * @returns false when it was dropped (and counted)
     */
    admits(bytes: number, level?: Level): boolean {
        this.received = this.received + 1
        if (this.length < this.dropEntries)
            if (this.bytes + bytes <= this.dropBytes) return true
        if (this.stage !== STAGE_DROP) {
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
        // an entry larger than the drop threshold is dropped even when the queue is low
        if (bytes > this.dropBytes) this.checkLow()
        return false
    }

    /** The second half of `push`: adds an entry that `admits` let in. */
    put(item: T, bytes: number): void {
        const length = this.length
        // by index: `push` of the array would cost a call
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
        const { entries, bytes, lowAt } = this.limits
        return (
            this.length * 100 <= entries * lowAt &&
            this.bytes * 100 <= bytes * lowAt
        )
    }

    /** Received, delivered, queued and dropped so far. */
    account(): Account {
        const { received, delivered, length, dropped } = this
        return { received, delivered, queued: length, dropped }
    }

    /** Returns and resets the number of entries dropped and not reported yet. */
    takeDropped(): number {
        const count = this.unreported
        this.unreported = 0
        return count
    }

    private setThresholds(): void {
        const { entries, bytes, dropAt } = this.limits
        this.dropEntries = Math.idiv(entries * dropAt + 99, 100)
        this.dropBytes = Math.idiv(bytes * dropAt, 100)
    }

    /** Ends an overload once the queue is low, and calls `onLow` if drops are not reported yet. */
    private checkLow(): void {
        if (!this.isLow()) return
        this.stage = STAGE_ASYNC
        this.setThresholds()
        if (this.unreported > 0 && this.onLow) this.onLow()
    }
}

/**
 * Checks and completes limits.
 * @param before limits that `changes` change; the defaults when left out
 * @throws OPTION_ERROR when a limit is out of its range
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
