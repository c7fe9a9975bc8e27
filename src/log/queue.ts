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
 * Limits, fill and account of a queue between the log, which must not wait, and a slow device. It
 * is bounded in entries and bytes, and its account is exact at every moment. Where the entries are
 * is up to the handler: a BoundedQueue keeps values, a flash log bytes.
 *
 * Dropping continues until the queue is low again (hysteresis), so that the stage does not change
 * at each entry. The stages are those of OTP's logger_olp: `async`, then `drop`, then `flush`.
 * OTP's `sync`, which slows the caller down until the handler has caught up, is missing, since
 * no caller may be blocked here.
 */
export interface QueueState {
    /** Entries offered so far. */
    received: number
    /** Entries in the queue. */
    length: number
    /** Entries at which dropping starts; 0 while the stage is `drop`. */
    dropEntries: number
    /** Bytes of the entries in the queue. */
    bytes: number
    /** Bytes above which dropping starts. */
    dropBytes: number
    stage: Stage
    dropped: number
    /** Entries dropped and not reported yet. */
    unreported: number
    /** Entries dropped since the last delivery or flush. */
    stuck: number
    delivered: number
    /** Limits in force. */
    limits: QueueOptions
    /** Called when entries were dropped and the queue is low again; must not log or wait. */
    onLow: () => void
    /** Bytes of the buffer with the entries, which no limit exceeds; undefined without a buffer. */
    room: number
}

/** An empty queue. @throws OPTION_ERROR when a limit is out of its range */
export function newQueue(options?: QueueOptions): QueueState {
    // with all names here: those of the table would stay on the heap
    const limits = {
        entries: 0,
        bytes: 0,
        dropAt: 0,
        lowAt: 0,
        flushAfter: 0,
        vital: 0,
    }
    Object.assign(limits, queueLimits(options))
    const queue = {
        received: 0,
        length: 0,
        bytes: 0,
        stage: STAGE_ASYNC,
        dropped: 0,
        unreported: 0,
        stuck: 0,
        delivered: 0,
        limits,
    } as QueueState
    setThresholds(queue)
    return queue
}

/**
 * Changes limits while running. Entries that no longer fit stay until they are delivered.
 * @throws OPTION_ERROR when a limit is out of its range; nothing is changed then
 */
export function configureQueue(queue: QueueState, changes: QueueOptions): void {
    setLimits(queue, queueLimits(changes, queue.limits))
}

/** Puts limits in force that `queueLimits` has completed. */
export function setLimits(queue: QueueState, limits: QueueOptions): void {
    if (limits.bytes > queue.room) limits.bytes = queue.room
    queue.limits = limits
    if (queue.stage !== STAGE_DROP) setThresholds(queue)
    // greater limits may end an overload
    else checkLow(queue)
}

/**
 * Counts an entry as received and decides on it. One that is admitted must be counted by `enter` at
 * once, with these bytes or fewer.
 * @param bytes its size, counted against the byte limit
 * @param level its severity; those at `vital` or worse may use the reserve
 * @returns false when it was dropped (and counted)
 */
export function admits(
    queue: QueueState,
    bytes: number,
    level?: Level
): boolean {
    queue.received = queue.received + 1
    if (queue.length < queue.dropEntries)
        if (queue.bytes + bytes <= queue.dropBytes) return true
    // while the queue is low, a long entry is dropped alone
    if (queue.stage !== STAGE_DROP && !isLow(queue)) {
        queue.stage = STAGE_DROP
        queue.dropEntries = 0
    }
    const { entries, bytes: most, vital, flushAfter } = queue.limits
    const fits = queue.length < entries && queue.bytes + bytes <= most
    if (level <= vital && fits) return true
    const stuck = queue.stuck + 1
    queue.stuck = stuck
    if (stuck >= flushAfter && flushAfter > 0) {
        dropAll(queue)
        queue.stuck = 0
        queue.stage = STAGE_FLUSH
        if (bytes <= most) return true
    }
    queue.dropped = queue.dropped + 1
    queue.unreported = queue.unreported + 1
    // one above the drop threshold is dropped even when the queue is empty
    if (bytes > queue.dropBytes) checkLow(queue)
    return false
}

/** Counts an entry that `admits` let in. */
export function enter(queue: QueueState, bytes: number): void {
    queue.length = queue.length + 1
    queue.bytes = queue.bytes + bytes
}

/** Counts the oldest entry as delivered. @param bytes its size, as for `enter` */
export function leave(queue: QueueState, bytes: number): void {
    queue.length--
    queue.bytes -= bytes
    queue.delivered++
    queue.stuck = 0
    checkLow(queue)
}

/** Drops (and counts) everything that is queued. */
export function dropAll(queue: QueueState): void {
    queue.dropped += queue.length
    queue.unreported += queue.length
    queue.length = queue.bytes = 0
    checkLow(queue)
}

/** Whether the fill is at `lowAt` or below. */
export function isLow({ limits, length, bytes }: QueueState): boolean {
    const { entries, bytes: most, lowAt } = limits
    return length * 100 <= entries * lowAt && bytes * 100 <= most * lowAt
}

/** Received, delivered, queued and dropped so far. */
export function accountOf(queue: QueueState): Account {
    return {
        received: queue.received,
        delivered: queue.delivered,
        queued: queue.length,
        dropped: queue.dropped,
    }
}

/** Returns and resets the number of entries dropped and not reported yet. */
export function takeDropped(queue: QueueState): number {
    const count = queue.unreported
    queue.unreported = 0
    return count
}

function setThresholds(queue: QueueState): void {
    const { entries, bytes, dropAt } = queue.limits
    queue.dropEntries = Math.idiv(entries * dropAt + 99, 100)
    queue.dropBytes = Math.idiv(bytes * dropAt, 100)
}

/** Ends an overload once the queue is low, and calls `onLow` if drops are not reported yet. */
function checkLow(queue: QueueState): void {
    if (!isLow(queue)) return
    queue.stage = STAGE_ASYNC
    setThresholds(queue)
    if (queue.unreported > 0 && queue.onLow) queue.onLow()
}

/**
 * A first-in first-out queue of values, see QueueState.
 * @devsWhenUsed
 */
export class BoundedQueue<T> implements QueueState {
    received: number
    length: number
    dropEntries: number
    bytes: number
    dropBytes: number
    stage: Stage
    dropped: number
    unreported: number
    stuck: number
    delivered: number
    limits: QueueOptions
    onLow: () => void
    room: number
    private items: T[] = []
    private sizes: number[] = []

    /** @throws OPTION_ERROR when a limit is out of its range */
    constructor(options?: QueueOptions) {
        Object.assign(this, newQueue(options))
    }

    /** As `configureQueue`. */
    configure(changes: QueueOptions): void {
        configureQueue(this, changes)
    }

    /** Offers an entry; parameters and result as of `admits`. */
    push(item: T, bytes: number, level?: Level): boolean {
        if (!this.admits(bytes, level)) return false
        this.put(item, bytes)
        return true
    }

    /**
     * The first half of `push`, for an entry that is expensive to make. An entry that is admitted
     * must be passed to `put` at once.
     */
    admits(bytes: number, level?: Level): boolean {
        return admits(this, bytes, level)
    }

    /** The second half of `push`: adds an entry that `admits` let in. */
    put(item: T, bytes: number): void {
        const { length } = this
        // the queue was flushed
        if (this.items.length > length) this.forget()
        this.items[length] = item
        this.sizes[length] = bytes
        enter(this, bytes)
    }

    /** The entry at `index` (0 = oldest), left in the queue; undefined past the end. */
    peek(index: number): T | undefined {
        return index < this.length ? this.items[index] : undefined
    }

    /** Takes the oldest entry and counts it as delivered; undefined when there is none. */
    shift(): T | undefined {
        if (!this.length) return undefined
        const item = this.items.shift()
        leave(this, this.sizes.shift())
        return item
    }

    /** Drops (and counts) everything that is queued. */
    clear(): void {
        this.forget()
        dropAll(this)
    }

    /** Whether the fill is at `lowAt` or below. */
    isLow(): boolean {
        return isLow(this)
    }

    /** Received, delivered, queued and dropped so far. */
    account(): Account {
        return accountOf(this)
    }

    /** Returns and resets the number of entries dropped and not reported yet. */
    takeDropped(): number {
        return takeDropped(this)
    }

    private forget(): void {
        this.items = []
        this.sizes = []
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
