import {
    ALL_BYTES,
    beginLap,
    ByteRing,
    checkOption,
    entryEnd,
    entryText,
    OptionTable,
    removeFrom,
    Signal,
} from "../../platform"
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
 * Each line ends with a byte 0, which no line of the log contains. Between `end` and `limit` there
 * are zeros only, so the next line has its end already.
 * @devsWhenUsed
 */
export class RingHandler implements Handler, ByteRing {
    readonly buffer: Buffer
    end = 0
    limit: number
    /** Index of the next line. */
    private nextIndex = 0
    start = 0
    readonly room: number
    /**
     * The fibers that wait for a line; undefined while none does. While it is set, `limit` is 0, so
     * that the next line takes the slow path, which wakes them; `keptLimit` is the true limit.
     */
    private followers: Signal[] = undefined
    private keptLimit: number

    /**
     * @param size bytes of the buffer, MIN_RING to MAX_RING; each line takes 1 besides its text
     * @throws OPTION_ERROR for a size out of range
     */
    constructor(size: number) {
        checkOption("ring", RING, "size", size)
        this.buffer = Buffer.alloc(size)
        this.room = this.limit = size
    }

    emit(record: LogRecord, line: string): void {
        let end = this.end + line.byteLength + 1
        if (end > this.limit) {
            line = cut(line, this.room - 1)
            end = this.passLimit(line)
        }
        this.buffer.blitAt(this.end, line, 0, ALL_BYTES)
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
        while (at !== this.end) {
            at = entryEnd(this, at)
            first--
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
        const { room, followers } = this
        this.start = this.end = 0
        this.keptLimit = room
        if (!followers) this.limit = room
        this.buffer.fillAt(0, room, 0)
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
        const { nextIndex } = this
        let index = this.first()
        if (from < index || from > nextIndex) from = index
        let at = this.start
        for (; index < nextIndex && index - from < limit; ++index) {
            const end = entryEnd(this, at)
            if (index >= from) use(entryText(this, at, end))
            at = end
        }
        return from
    }

    /**
     * Wakes followers, and makes room for a line; a full ring drops its oldest lines.
     * @returns the place where the line ends
     */
    private passLimit(line: string): number {
        const { followers, room } = this
        const at = this.end
        let end = at + line.byteLength + 1
        if (followers) {
            this.followers = undefined
            this.limit = this.keptLimit
            for (const follower of followers) follower.notify()
            if (end <= this.limit) return end
        }
        if (end - this.start > room) {
            const place = end - room + (room >> FREED_SHIFT)
            this.start = entryEnd(this, Math.min(place, at) - 1)
        }
        if (end > room) {
            end = beginLap(this, line, at, end)
            this.start -= room
        }
        this.limit = Math.min(room, this.start + room)
        this.buffer.fillAt(end - 1, this.limit - end + 1, 0)
        return end
    }

    private async waitForLine(timeout: number): Promise<void> {
        if (!this.followers) {
            this.followers = []
            this.keptLimit = this.limit
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
