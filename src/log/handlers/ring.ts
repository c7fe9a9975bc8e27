import { checkOption, OptionTable, removeFrom, Signal } from "../../platform"
import { Handler, HandlerOptions } from "../handler"
import { matches } from "../pattern"
import { LogRecord } from "../record"
import { cut } from "../text"

/** Smallest and largest ring, in bytes; the VM gives no buffer larger than 56 KB. */
export const MIN_RING = 64
export const MAX_RING = 0xe000
const RING: OptionTable = " size: bytes 64 57344"
/** Most fibers that may follow one ring at a time. */
export const MAX_FOLLOWERS = 4
/** A full ring frees its size >> FREED_SHIFT bytes at a time: line by line would take longer. */
const FREED_SHIFT = 3
/** Value of `wrap` while the lines do not wrap around to the start of the buffer. */
const UNBROKEN = -1
/** Lines of a ring, in order. */
export interface RingLines {
    /** Index of the first line here; above the index asked for when older lines are gone. */
    from: number
    lines: string[]
    /** Index to continue from. */
    next: number
}

/**
 * Keeps the last lines in RAM, in one buffer of a fixed size; the oldest lines go first. Lines are
 * numbered from 0 at the start of the firmware; the number is the index of a line.
 *
 * Each line ends with a byte 0, which no line of the log contains. The free space behind the
 * newest line holds zeros only, so the next line has its end already. No line is split at the end
 * of the buffer.
 * @devsWhenUsed
 */
export class RingHandler implements Handler {
    private readonly bytes: Buffer
    /** Offset of the next line. */
    private end = 0
    /** Offset up to which there is room for it. */
    private limit: number
    /** Index of the next line. */
    private nextIndex = 0
    /** Offset of the oldest line. */
    private start = 0
    /** Offset from which the lines wrap around to 0. */
    private wrap = UNBROKEN
    /**
     * The fibers that wait for a line; undefined while none does. While it is set, `limit` is 0, so
     * that the next line takes the slow path, which wakes them; `room` keeps the true limit.
     */
    private followers: Signal[] = undefined
    private room: number

    /**
     * @param size bytes of the buffer, MIN_RING to MAX_RING; each line takes 1 besides its text
     * @throws OPTION_ERROR for a size out of range
     */
    constructor(size: number) {
        checkOption("ring", RING, "size", size)
        this.bytes = Buffer.alloc(size)
        this.limit = size
    }

    emit(record: LogRecord, line: string): void {
        let at = this.end
        let end = at + line.byteLength + 1
        if (end > this.limit) {
            line = cut(line, this.bytes.length - 1)
            at = this.makeRoom(line.byteLength + 1)
            end = at + line.byteLength + 1
        }
        this.bytes.blitAt(at, line, 0, end)
        this.end = end
        this.nextIndex = this.nextIndex + 1
    }

    /** No burst limit: the ring is fast, and its size is fixed. */
    defaultOptions(): HandlerOptions {
        return { burst: null }
    }

    /** Index of the oldest line that is kept. */
    first(): number {
        let first = this.nextIndex
        let at = this.start
        let hasMore = at !== this.end || this.wrap !== UNBROKEN
        while (hasMore) {
            at = this.after(this.bytes.indexOf(0, at))
            first--
            hasMore = at !== this.end
        }
        return first
    }

    /** Index of the next line: the number of lines since the start. */
    next(): number {
        return this.nextIndex
    }

    /** All lines, oldest first. */
    cat(): string[] {
        return this.since(0).lines
    }

    /** The last `count` lines, oldest first. */
    tail(count: number): string[] {
        return this.since(Math.max(0, this.nextIndex - count)).lines
    }

    /**
     * The lines from an index on, at most `limit` of them. An index above `next()` is from before
     * a restart: then all lines are returned.
     */
    since(index: number, limit = Infinity): RingLines {
        const lines: string[] = []
        const from = this.walk(index, limit, line => lines.push(line))
        return { from, lines, next: from + lines.length }
    }

    /**
     * The lines that contain a pattern, oldest first.
     * @param pattern a text in which `*` matches any characters, or a list of such texts: one must
     * be found
     * @param limit most lines, the newest ones that match; no limit when left out
     */
    grep(pattern: string | string[], limit?: number): string[] {
        const patterns = Array.isArray(pattern) ? pattern : [pattern]
        const found: string[] = []
        this.walk(0, Infinity, line => {
            if (contains(line, patterns)) found.push(line)
        })
        return limit < found.length ? found.slice(found.length - limit) : found
    }

    /**
     * Calls `use` with each of the last `count` lines, oldest first: for callers that read many
     * lines, since these are not all in the heap at once.
     */
    each(count: number, use: (line: string) => void): void {
        this.walk(Math.max(0, this.nextIndex - count), Infinity, use)
    }

    /**
     * Waits until there are lines from an index on, and reads them.
     * @param timeout longest wait in ms; no limit when left out
     * @returns these lines; none when the time ran out
     * @throws RangeError when MAX_FOLLOWERS fibers wait already
     */
    async follow(index: number, timeout?: number): Promise<RingLines> {
        if (this.nextIndex === index) await this.waitForLine(timeout)
        return this.since(index)
    }

    /** Discards all lines; their indexes are not used again. */
    clear(): void {
        const { bytes } = this
        this.start = this.end = 0
        this.wrap = UNBROKEN
        this.room = bytes.length
        if (!this.followers) this.limit = this.room
        bytes.fillAt(0, this.room, 0)
    }

    /**
     * Calls `use` with the lines from an index on, at most `limit` of them.
     * @returns the index of the first one
     */
    private walk(
        from: number,
        limit: number,
        use: (line: string) => void
    ): number {
        const { bytes, nextIndex } = this
        let index = this.first()
        if (from < index || from > nextIndex) from = index
        let at = this.start
        for (; index < nextIndex && index - from < limit; ++index) {
            const end = bytes.indexOf(0, at)
            if (index >= from) use(bytes.slice(at, end).toString())
            at = this.after(end)
        }
        return from
    }

    /** Offset of the line after the one that ends at `end`. */
    private after(end: number): number {
        return end + 1 === this.wrap ? 0 : end + 1
    }

    /**
     * Makes room for `need` bytes: discards the oldest lines if need be, and wakes followers.
     * @returns its offset
     */
    private makeRoom(need: number): number {
        let at = this.end
        if (this.followers) {
            this.wake()
            if (at + need <= this.limit) return at
        }
        const { bytes } = this
        const size = bytes.length
        let wrap = this.wrap
        if (wrap === UNBROKEN || at + need > size) {
            // a new lap begins at 0; lines that are left of an older lap are discarded
            wrap = at
            at = 0
        }
        const wanted = at + Math.min(need + (size >> FREED_SHIFT), size)
        let start = wrap
        if (wanted < wrap) start = bytes.indexOf(0, wanted - 1) + 1
        let limit = start
        if (start === wrap) {
            start = 0
            limit = size
            wrap = UNBROKEN
        }
        this.start = start
        this.limit = limit
        this.wrap = wrap
        bytes.fillAt(at, limit - at, 0)
        return at
    }

    private wake(): void {
        const { followers } = this
        this.followers = undefined
        this.limit = this.room
        for (const follower of followers) follower.notify()
    }

    private async waitForLine(timeout: number): Promise<void> {
        if (!this.followers) {
            this.followers = []
            this.room = this.limit
            this.limit = 0
        }
        const { followers } = this
        if (followers.length >= MAX_FOLLOWERS)
            throw new RangeError(`at most ${MAX_FOLLOWERS} follow a ring`)
        const signal = new Signal()
        followers.push(signal)
        if (!(await signal.wait(timeout))) removeFrom(followers, signal)
    }
}

/** Whether a line contains one of the patterns, in which `*` matches any characters. */
function contains(line: string, patterns: string[]): boolean {
    for (const pattern of patterns)
        if (
            pattern.indexOf("*") >= 0
                ? matches(`*${pattern}*`, line)
                : line.indexOf(pattern) >= 0
        )
            return true
    return false
}
