import { checkOption, OptionTable, Signal } from "../../platform"
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
/**
 * Bytes before each line, which tell its length. The two together are padded to even, so that
 * no header is torn apart at the buffer's end.
 */
const HEADER = 2
const EVEN = 0x1fffe

/** Lines of a ring, in order. */
export interface RingLines {
    /** Index of the first line here; above the one asked for when lines are gone by now. */
    from: number
    lines: string[]
    /** Index to go on with. */
    next: number
}

/**
 * Keeps the last lines in RAM, in one buffer of a fixed size: whole lines, oldest out first.
 * Lines are counted from 0 at the start of the firmware; that number is a line's index.
 * @devsWhenUsed
 */
export class RingHandler implements Handler {
    private readonly buffer: Buffer
    private readonly size: number
    /** Where the next line goes, and where the oldest one starts. */
    private end = 0
    private start = 0
    private free: number
    /** Index of the next line, and of the oldest one. */
    private nextIndex = 0
    private firstIndex = 0
    /** Wakes those that follow; undefined while nobody does. */
    private onLine: () => void = undefined
    private followers: Signal[]

    /** @param bytes size of the buffer; each line takes 2 or 3 bytes besides its text */
    constructor(bytes: number) {
        checkOption("ring", RING, "size", bytes)
        this.size = bytes & ~1
        this.free = this.size
        this.buffer = Buffer.alloc(this.size)
    }

    emit(record: LogRecord, line: string): void {
        const size = this.size
        let length = line.byteLength
        // with the header, rounded up to even
        let step = (length + 3) & EVEN
        if (step > size) {
            line = cut(line, size - HEADER)
            length = line.byteLength
            step = (length + 3) & EVEN
        }
        const buffer = this.buffer
        let free = this.free - step
        let start = this.start
        // inline, not methods: a call would cost more than the work
        while (free < 0) {
            const gone = (buffer.getAt(start, "u16") + 3) & EVEN
            free = free + gone
            start = start + gone
            if (start >= size) start = start - size
            this.firstIndex = this.firstIndex + 1
        }
        this.start = start
        this.free = free
        let end = this.end
        buffer.setAt(end, "u16", length)
        // the buffer's end cuts off what does not fit, which then goes to its start
        buffer.blitAt(end + HEADER, line, 0, length)
        end = end + step
        if (end >= size) {
            end = end - size
            if (end > 0) buffer.blitAt(0, line, step - HEADER - end, end)
        }
        this.end = end
        this.nextIndex = this.nextIndex + 1
        if (this.onLine) this.onLine()
    }

    /** No burst limit: the ring is fast, and bounds itself. */
    defaultOptions(): HandlerOptions {
        return { burst: null }
    }

    /** Index of the oldest line that is kept. */
    first(): number {
        return this.firstIndex
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
     * The lines from an index on, at most `limit` of them. An index above `next()` is from
     * before a restart: all lines are new then.
     */
    since(index: number, limit?: number): RingLines {
        const from =
            index > this.nextIndex
                ? this.firstIndex
                : Math.max(index, this.firstIndex)
        const lines: string[] = []
        let at = this.start
        for (let i = this.firstIndex; i < this.nextIndex; ++i) {
            if (limit !== undefined && lines.length >= limit) break
            if (i >= from) lines.push(this.textAt(at))
            at = this.after(at)
        }
        return { from, lines, next: from + lines.length }
    }

    /**
     * The lines that contain a text, oldest first; a `*` in it stands for any characters.
     * @param pattern a text, or a list of which one must be found
     * @param limit most lines: the last ones that match
     */
    grep(pattern: string | string[], limit?: number): string[] {
        const patterns = Array.isArray(pattern) ? pattern : [pattern]
        const found: string[] = []
        let at = this.start
        for (let i = this.firstIndex; i < this.nextIndex; ++i) {
            const line = this.textAt(at)
            if (contains(line, patterns)) found.push(line)
            at = this.after(at)
        }
        return limit < found.length ? found.slice(found.length - limit) : found
    }

    /**
     * Hands out the last `count` lines one by one, oldest first: for whoever looks at many of
     * them, since they are not all in the heap at a time.
     */
    each(count: number, use: (line: string) => void): void {
        const from = this.nextIndex - count
        let at = this.start
        for (let i = this.firstIndex; i < this.nextIndex; ++i) {
            if (i >= from) use(this.textAt(at))
            at = this.after(at)
        }
    }

    /**
     * Waits until there are lines from an index on.
     * @param timeout longest wait in ms; for ever when left out
     * @returns those lines, none when the time ran out
     * @throws RangeError when MAX_FOLLOWERS fibers wait already
     */
    async follow(index: number, timeout?: number): Promise<RingLines> {
        if (this.nextIndex === index) await this.waitForLine(timeout)
        return this.since(index)
    }

    /** Forgets all lines; their indexes are not used again. */
    clear(): void {
        this.start = this.end
        this.free = this.size
        this.firstIndex = this.nextIndex
    }

    private textAt(at: number): string {
        const { buffer, size } = this
        const length = buffer.getAt(at, "u16")
        const from = at + HEADER < size ? at + HEADER : 0
        if (from + length <= size)
            return buffer.slice(from, from + length).toString()
        const joined = Buffer.alloc(length)
        joined.blitAt(0, buffer, from, size - from)
        joined.blitAt(size - from, buffer, 0, length)
        return joined.toString()
    }

    /** Where the line after the one at `at` starts. */
    private after(at: number): number {
        const next = at + ((this.buffer.getAt(at, "u16") + 3) & EVEN)
        return next < this.size ? next : next - this.size
    }

    private async waitForLine(timeout: number): Promise<void> {
        const self = this
        if (!this.onLine) {
            this.followers = []
            this.onLine = () => {
                self.onLine = undefined
                for (const follower of self.followers) follower.notify()
            }
        }
        const { followers } = this
        if (followers.length >= MAX_FOLLOWERS)
            throw new RangeError(`at most ${MAX_FOLLOWERS} follow a ring`)
        const signal = new Signal()
        followers.push(signal)
        if (!(await signal.wait(timeout)))
            followers.insert(followers.indexOf(signal), -1)
    }
}

/** Whether a line contains one of the texts, in which `*` stands for any characters. */
function contains(line: string, patterns: string[]): boolean {
    for (const pattern of patterns)
        if (
            pattern.includes("*")
                ? matches(`*${pattern}*`, line)
                : line.includes(pattern)
        )
            return true
    return false
}
