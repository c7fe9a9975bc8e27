/**
 * The one ring of the firmware for texts that outlive the call that made them: the RAM log, the
 * queue before the flash, what syslog sends. All of its memory is allocated at the start, since
 * the VM does not move what is in its heap: texts that come and go would leave it in pieces.
 *
 * Frames are whole: none is torn at the buffer's end, so several can be read in one piece. They
 * are numbered from 0 on, and a number is never used again; what was lost, and how much waits, is
 * arithmetic on numbers.
 */

/**
 * Bytes that a frame takes at least. Two frames thus never begin in the same cell of so many
 * bytes, and one table entry for each cell holds the size of the frame that begins in it.
 */
export const RING_CELL = 32
/** Turns a place in the buffer into that of its cell's entry, 2 bytes for each. */
const CELL_SHIFT = 4
const EVEN = ~1
/** Smallest and largest ring: the VM gives no buffer larger than 56 KB. */
export const MIN_RING_BYTES = 64
export const MAX_RING_BYTES = 0xe000

/** A place between two frames; made once by whoever reads a ring, and moved by the ring. */
export interface RingCursor {
    /** Number of the frame behind it. */
    frame: number
    /** Where in the buffer that frame begins; of no use before `settle`. */
    at: number
}

/**
 * Frames in one buffer of a fixed size, oldest out first.
 * @devsWhenUsed
 */
export class ByteRing {
    // in the order in which `append` looks them up
    /** Where the next frame goes, and what it must not go beyond; there may be room behind it. */
    private end = 0
    private limit: number
    private readonly bytes: Buffer
    /** Size of the frame that begins in each cell. */
    private readonly sizes: Buffer
    /** Number of the next frame: how many were added. */
    next = 0
    /** Number of the oldest frame that is kept; `next` while there is none. */
    first = 0
    private start = 0
    /** Bytes that may come until `onWatch` is called; a call may come earlier. */
    private watched = 0
    /** Called before a frame is added; undefined while nobody watches. */
    private onWatch: () => void = undefined
    /** Where the data breaks off, to go on at 0; the end of the buffer while it does not. */
    private wrap: number

    /**
     * @param bytes size of the buffer; a table takes a sixteenth of that besides
     * @throws RangeError when it is not MIN_RING_BYTES to MAX_RING_BYTES
     */
    constructor(bytes: number) {
        if (!(bytes >= MIN_RING_BYTES && bytes <= MAX_RING_BYTES))
            throw new RangeError(
                `ring: wanted ${MIN_RING_BYTES} to ${MAX_RING_BYTES} bytes, got ${bytes}`
            )
        this.bytes = Buffer.alloc(bytes)
        this.sizes = Buffer.alloc(((bytes >> CELL_SHIFT) & EVEN) + 2)
        this.limit = bytes
        this.wrap = bytes
    }

    /** Adds a frame; the oldest ones go when there is no room. What is longer than all is cut. */
    append(text: string): void {
        let size = text.byteLength
        let at = this.end
        let end = at + size
        if (size < RING_CELL) end = at + RING_CELL
        if (end > this.limit) {
            const room = this.bytes.length
            if (size > room) size = room
            const step = size < RING_CELL ? RING_CELL : size
            at = this.makeRoom(step)
            end = at + step
        }
        this.bytes.blitAt(at, text, 0, size)
        this.sizes.setAt((at >> CELL_SHIFT) & EVEN, "u16", size)
        this.end = end
        this.next = this.next + 1
    }

    /**
     * Calls `onWatch` once, before a frame is added that leaves more than so many bytes between
     * the end of now and the new one.
     * @param bytes 0: at the next frame
     * @param onWatch must not add frames; undefined: not any more
     */
    watch(bytes: number, onWatch: () => void): void {
        this.watched = bytes
        this.onWatch = onWatch
        // the next frame finds the true limit
        const limit = this.end + bytes
        if (limit < this.limit) this.limit = limit
    }

    /** Whether a frame of so many bytes can be added without losing an older one. */
    fits(size: number): boolean {
        const step = size < RING_CELL ? RING_CELL : size
        const { start, end, bytes } = this
        if (this.first === this.next) return step <= bytes.length
        if (end <= start) return end + step <= start
        return end + step <= bytes.length || step <= start
    }

    /** Puts a cursor before the oldest frame. */
    rewind(cursor: RingCursor): void {
        cursor.frame = this.first
        cursor.at = this.start
    }

    /**
     * Makes a cursor's place good again: to be called before it is used after a frame was added or released.
     * @returns how many frames behind it are gone and were skipped
     */
    settle(cursor: RingCursor): number {
        const skipped = this.first - cursor.frame
        if (skipped >= 0) this.rewind(cursor)
        else if (cursor.at === this.wrap) cursor.at = 0
        return skipped > 0 ? skipped : 0
    }

    /**
     * Moves a cursor over frames that lie in one piece: at least one, if there is any, and as
     * many as `limit` bytes hold. What is read together must have RING_CELL bytes or more.
     * @param cursor settled
     * @param most most frames
     * @returns bytes between the old and the new place; 0 at the end
     */
    advance(cursor: RingCursor, limit: number, most: number): number {
        const { sizes, wrap } = this
        const from = cursor.at
        let frame = cursor.frame
        let count = this.next - frame
        if (count <= 0) return 0
        if (count > most) count = most
        // mostly all that there is can go
        const all = this.end - from
        if (all > 0 && all <= limit && frame + count === this.next) {
            cursor.frame = this.next
            cursor.at = this.end
            return all
        }
        const last = frame + count
        let at = from
        while (frame < last) {
            const size = sizes.getAt((at >> CELL_SHIFT) & EVEN, "u16")
            const after = at + (size < RING_CELL ? RING_CELL : size)
            if (after - from > limit && at > from) break
            at = after
            frame = frame + 1
            if (at === wrap) break
        }
        cursor.frame = frame
        cursor.at = at
        return at - from
    }

    /** Text of the frame behind a settled cursor that is not at the end. */
    textAt({ at }: RingCursor): string {
        const size = this.sizes.getAt((at >> CELL_SHIFT) & EVEN, "u16")
        return this.bytes.slice(at, at + size).toString()
    }

    /** Bytes of the frame behind a settled cursor that is not at the end. */
    sizeAt({ at }: RingCursor): number {
        return this.sizes.getAt((at >> CELL_SHIFT) & EVEN, "u16")
    }

    /** A copy of `size` bytes at a place that `advance` has passed. */
    copy(at: number, size: number): Buffer {
        return this.bytes.slice(at, at + size)
    }

    /** Copies `size` bytes at a place that `advance` has passed to a place of another buffer. */
    copyTo(target: Buffer, to: number, at: number, size: number): void {
        target.blitAt(to, this.bytes, at, size)
    }

    /** Forgets all frames before a settled cursor. */
    release(cursor: RingCursor): void {
        if (cursor.frame <= this.first) return
        const { at } = cursor
        this.first = cursor.frame
        // data that was in two pieces is in one again
        if (at < this.start) this.wrap = this.bytes.length
        this.start = at
    }

    /** Forgets all frames. */
    clear(): void {
        this.first = this.next
        this.start = this.end
        this.wrap = this.bytes.length
    }

    /** Bytes between the oldest frame and a settled cursor. */
    bytesBefore({ frame, at }: RingCursor): number {
        if (frame === this.first) return 0
        const { start } = this
        return at > start ? at - start : this.wrap - start + at
    }

    /** Bytes between a settled cursor and the end. */
    bytesAfter({ frame, at }: RingCursor): number {
        if (frame === this.next) return 0
        const { end } = this
        return at < end ? end - at : end + this.wrap - at
    }

    /** Finds room for the next frame, for which the oldest ones may have to go. */
    private makeRoom(step: number): number {
        const { onWatch } = this
        if (onWatch !== undefined) {
            this.onWatch = undefined
            onWatch()
        }
        const size = this.bytes.length
        let at = this.end
        let limit = size
        while (this.first !== this.next) {
            const { start } = this
            if (at <= start) {
                limit = start
                if (at + step <= start) break
                const gone = this.sizes.getAt(
                    (start >> CELL_SHIFT) & EVEN,
                    "u16"
                )
                this.start = start + (gone < RING_CELL ? RING_CELL : gone)
                this.first = this.first + 1
                limit = size
                if (this.start === this.wrap) {
                    this.start = 0
                    this.wrap = size
                }
            } else {
                if (at + step <= size) break
                this.wrap = at
                at = 0
            }
        }
        if (this.first === this.next) {
            at = 0
            this.start = 0
            this.wrap = size
        }
        if (this.onWatch !== undefined && at + this.watched < limit)
            limit = Math.max(at + this.watched, at + step)
        this.limit = limit
        return at
    }
}
