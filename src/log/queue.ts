import { checkRange, value } from "./check"
import { ERROR, Level } from "./levels"
import {
    Account,
    MAX_QUEUE_ENTRIES,
    QueueOptions,
    Stage,
    STAGE_ASYNC,
    STAGE_DROP,
    STAGE_FLUSH,
} from "./queue-options"

export * from "./queue-options"

/**
 * A first-in first-out queue between the log, which must not wait, and a slow device.
 * It is bounded in entries and bytes, and its account is exact at every moment.
 *
 * The stages come from OTP's logger_olp: `async`, then `drop`, then `flush`. OTP's fourth,
 * `sync`, slows the caller down until the handler has caught up; here no caller may be held,
 * so it has no meaning.
 * @devsWhenUsed
 */
export class BoundedQueue<T> {
    // in the order in which a push looks them up
    received = 0
    /** Entries in the queue. */
    length = 0
    dropEntries = 0
    /** Bytes of the entries in the queue. */
    bytes = 0
    dropBytes = 0
    readonly items: T[] = []
    readonly sizes: number[] = []
    stage: Stage = STAGE_ASYNC
    vital = ERROR
    dropped = 0
    /** Entries dropped and not reported yet. */
    unreported = 0
    /** Entries dropped since one was delivered. */
    stuck = 0
    flushAfter = 1000
    delivered = 0
    maxEntries = 64
    maxBytes = 4096
    dropAt = 75
    lowAt = 25
    /** Called when something was dropped and the queue is low again; must not log or wait. */
    onLow: () => void

    /** @throws RangeError when a limit is out of its range */
    constructor(options?: QueueOptions) {
        this.configure(options || {})
    }

    /**
     * Changes limits while running. Entries that no longer fit stay until they are delivered.
     * @throws RangeError when a limit is out of its range; nothing is changed then
     */
    configure(changes: QueueOptions): void {
        const entries = value(changes.entries, this.maxEntries)
        const bytes = value(changes.bytes, this.maxBytes)
        const dropAt = value(changes.dropAt, this.dropAt)
        const lowAt = value(changes.lowAt, this.lowAt)
        const flushAfter = value(changes.flushAfter, this.flushAfter)
        checkRange("entries", entries, 1, MAX_QUEUE_ENTRIES)
        checkRange("bytes", bytes, 1, 0xffff)
        checkRange("dropAt", dropAt, 1, 100)
        checkRange("lowAt", lowAt, 0, dropAt)
        checkRange("flushAfter", flushAfter, 0, 0x7fffffff)
        this.maxEntries = entries
        this.maxBytes = bytes
        this.dropAt = dropAt
        this.lowAt = lowAt
        this.flushAfter = flushAfter
        this.vital = value(changes.vital, this.vital)
        this.dropEntries = Math.idiv(entries * dropAt + 99, 100)
        this.dropBytes = Math.idiv(bytes * dropAt, 100)
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
        if (this.stage === STAGE_ASYNC) this.stage = STAGE_DROP
        if (level <= this.vital && fits(this, bytes)) return true
        const stuck = this.stuck + 1
        this.stuck = stuck
        if (stuck >= this.flushAfter && this.flushAfter > 0) {
            this.stuck = 0
            this.clear()
            this.stage = STAGE_FLUSH
            if (fits(this, bytes)) return true
        }
        this.dropped = this.dropped + 1
        this.unreported = this.unreported + 1
        // one too large for the drop threshold is dropped though the queue is low
        if (bytes > this.dropBytes) checkLow(this)
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
    at(index: number): T | undefined {
        return this.items[index]
    }

    /** Takes the oldest entry and counts it as delivered; undefined when there is none. */
    shift(): T | undefined {
        const item = this.items[0]
        if (!this.length) return undefined
        this.delivered++
        this.stuck = 0
        takeOut(this, 1)
        return item
    }

    /** Drops (and counts) everything that is queued. */
    clear(): void {
        const { length } = this
        this.dropped += length
        this.unreported += length
        takeOut(this, length)
    }

    /** Whether the fill is at `lowAt` or below. */
    isLow(): boolean {
        const { lowAt } = this
        return (
            this.length * 100 <= this.maxEntries * lowAt &&
            this.bytes * 100 <= this.maxBytes * lowAt
        )
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
}

type AnyQueue = BoundedQueue<unknown>

/** Whether an entry fits that may use the reserve. */
function fits(queue: AnyQueue, bytes: number): boolean {
    return (
        queue.length < queue.maxEntries && queue.bytes + bytes <= queue.maxBytes
    )
}

/** Takes out the oldest `count` entries. */
function takeOut(queue: AnyQueue, count: number): void {
    const { items, sizes } = queue
    for (let i = 0; i < count; ++i) queue.bytes -= sizes[i]
    items.insert(0, -count)
    sizes.insert(0, -count)
    queue.length -= count
    checkLow(queue)
}

/** Ends an overload once the queue is low, and says so when something was dropped. */
function checkLow(queue: AnyQueue): void {
    if (queue.stage === STAGE_ASYNC && !(queue.unreported > 0)) return
    if (!queue.isLow()) return
    queue.stage = STAGE_ASYNC
    if (queue.unreported > 0 && queue.onLow) queue.onLow()
}
