import { checkRange } from "./check"
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
    /** Entries in the queue. */
    length = 0
    /** Bytes of the entries in the queue. */
    bytes = 0
    received = 0
    delivered = 0
    dropped = 0
    stage: Stage = STAGE_ASYNC
    /** Entries dropped and not reported yet. */
    unreported = 0
    /** Called when something was dropped and the queue is low again; must not log or wait. */
    onLow: () => void
    private options: QueueOptions
    private readonly items: T[] = []
    private readonly sizes: number[] = []
    private held = 0
    private stuck = 0
    private dropEntries = 0
    private dropBytes = 0

    /** @throws RangeError when a limit is out of its range */
    constructor(options?: QueueOptions) {
        this.options = {
            entries: 64,
            bytes: 4096,
            dropAt: 75,
            lowAt: 25,
            flushAfter: 1000,
            vital: ERROR,
        }
        this.configure(options || {})
    }

    /**
     * Changes limits while running. Entries that no longer fit stay until they are delivered.
     * @throws RangeError when a limit is out of its range; nothing is changed then
     */
    configure(changes: QueueOptions): void {
        const next = Object.assign(Object.assign({}, this.options), changes)
        checkRange("entries", next.entries, 1, MAX_QUEUE_ENTRIES)
        checkRange("bytes", next.bytes, 1, 0xffff)
        checkRange("dropAt", next.dropAt, 1, 100)
        checkRange("lowAt", next.lowAt, 0, next.dropAt)
        checkRange("flushAfter", next.flushAfter, 0, 0x7fffffff)
        this.options = next
        this.dropEntries = Math.idiv(next.entries * next.dropAt + 99, 100)
        this.dropBytes = Math.idiv(next.bytes * next.dropAt, 100)
    }

    /**
     * Offers an entry.
     * @param bytes its size, counted against the byte limit
     * @param level its severity; those at `vital` or worse may use the reserve
     * @returns false when it was dropped (and counted)
     */
    push(item: T, bytes: number, level?: Level): boolean {
        this.received++
        if (
            (this.length >= this.dropEntries ||
                this.bytes + bytes > this.dropBytes) &&
            !this.admit(bytes, level)
        )
            return false
        this.items.push(item)
        this.sizes.push(bytes)
        this.length++
        this.bytes += bytes
        return true
    }

    /** The entry at `index` (0 = oldest), left in the queue; undefined past the end. */
    at(index: number): T | undefined {
        return this.items[index]
    }

    /** Takes the oldest entry and counts it as delivered; undefined when there is none. */
    shift(): T | undefined {
        const item = this.items[0]
        this.remove(1)
        return item
    }

    /**
     * Marks the oldest `count` entries as being delivered: a flush leaves them.
     * `remove` ends it, so does `hold(0)` when the delivery failed.
     */
    hold(count: number): void {
        this.held = Math.min(count, this.length)
    }

    /** Removes the oldest `count` entries, which have been delivered. */
    remove(count: number): void {
        const removed = Math.min(count, this.length)
        this.held = 0
        if (removed) this.stuck = 0
        this.delivered += removed
        this.cut(0, removed)
    }

    /** Drops (and counts) everything that is queued and not held. */
    clear(): void {
        const count = this.length - this.held
        this.dropped += count
        this.unreported += count
        this.cut(this.held, count)
    }

    /** Whether the fill is at `lowAt` or below. */
    isLow(): boolean {
        const { entries, bytes, lowAt } = this.options
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

    /** Entries dropped since the last call, to be reported in one record. */
    takeDropped(): number {
        const count = this.unreported
        this.unreported = 0
        return count
    }

    /** Decides on an entry that does not fit below the drop threshold. */
    private admit(bytes: number, level: Level): boolean {
        if (this.stage === STAGE_ASYNC) this.stage = STAGE_DROP
        if (level <= this.options.vital && this.fits(bytes)) return true
        this.stuck++
        const { flushAfter } = this.options
        if (flushAfter && this.stuck >= flushAfter) {
            this.stuck = 0
            this.clear()
            this.stage = STAGE_FLUSH
            if (this.fits(bytes)) return true
        }
        this.dropped++
        this.unreported++
        this.checkLow()
        return false
    }

    private fits(bytes: number): boolean {
        return (
            this.length < this.options.entries &&
            this.bytes + bytes <= this.options.bytes
        )
    }

    /** Takes out `count` entries from the one at `from` on. */
    private cut(from: number, count: number): void {
        const { items, sizes } = this
        for (let i = 0; i < count; ++i) this.bytes -= sizes[from + i]
        items.insert(from, -count)
        sizes.insert(from, -count)
        this.length -= count
        this.checkLow()
    }

    /** Ends an overload once the queue is low, and says so when something was dropped. */
    private checkLow(): void {
        if (this.stage === STAGE_ASYNC && !this.unreported) return
        if (!this.isLow()) return
        this.stage = STAGE_ASYNC
        if (this.unreported && this.onLow) this.onLow()
    }
}
