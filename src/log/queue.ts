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
    // what follows is the queue's own
    readonly items: T[] = []
    readonly sizes: number[] = []
    dropEntries = 0
    dropBytes = 0
    options: QueueOptions
    held = 0
    stuck = 0

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
        this.received = this.received + 1
        let length = this.length
        let total = this.bytes + bytes
        if (length >= this.dropEntries || total > this.dropBytes) {
            if (!admit(this, bytes, level)) return false
            // a flush may have emptied it
            length = this.length
            total = this.bytes + bytes
        }
        // not by `push`, which takes a call
        this.items[length] = item
        this.sizes[length] = bytes
        this.length = length + 1
        this.bytes = total
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
        takeOut(this, 0, removed)
    }

    /** Drops (and counts) everything that is queued and not held. */
    clear(): void {
        const count = this.length - this.held
        this.dropped += count
        this.unreported += count
        takeOut(this, this.held, count)
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
}

type AnyQueue = BoundedQueue<unknown>

/** Decides on an entry that does not fit below the drop threshold. */
function admit(queue: AnyQueue, bytes: number, level: Level): boolean {
    const { vital, flushAfter } = queue.options
    if (queue.stage === STAGE_ASYNC) queue.stage = STAGE_DROP
    if (level <= vital && fits(queue, bytes)) return true
    queue.stuck++
    if (flushAfter && queue.stuck >= flushAfter) {
        queue.stuck = 0
        queue.clear()
        queue.stage = STAGE_FLUSH
        if (fits(queue, bytes)) return true
    }
    queue.dropped++
    queue.unreported++
    checkLow(queue)
    return false
}

function fits(queue: AnyQueue, bytes: number): boolean {
    const { options } = queue
    return (
        queue.length < options.entries && queue.bytes + bytes <= options.bytes
    )
}

/** Takes out `count` entries from the one at `from` on. */
function takeOut(queue: AnyQueue, from: number, count: number): void {
    const { items, sizes } = queue
    for (let i = 0; i < count; ++i) queue.bytes -= sizes[from + i]
    items.insert(from, -count)
    sizes.insert(from, -count)
    queue.length -= count
    checkLow(queue)
}

/** Ends an overload once the queue is low, and says so when something was dropped. */
function checkLow(queue: AnyQueue): void {
    if (queue.stage === STAGE_ASYNC && !queue.unreported) return
    if (!queue.isLow()) return
    queue.stage = STAGE_ASYNC
    if (queue.unreported && queue.onLow) queue.onLow()
}
