import { MAX_VALUE_BYTES } from "../../../platform"
import { MAX_HEAD_BYTES, PendingLine, writeHead } from "./line"
import { HEADER_BYTES, NO_LINE, PAYLOAD_BYTES, sealSegment } from "./segment"

/** Where writing goes on: the last segment of the log as far as its lines are whole. */
export interface ResumePoint {
    seq: number
    index: number
    segment: Buffer
    /** Payload bytes that stay. */
    length: number
    first: number
    last: PendingLine | undefined
}

/** The one segment that is in RAM: the last of the log, to which lines are added. */
export class StagedSegment {
    seq = 0
    /** Number within its file. */
    index = 0
    /** Bytes of lines that are not in flash yet. */
    dirty = 0
    private readonly buffer = Buffer.alloc(MAX_VALUE_BYTES)
    private used = 0
    private first = NO_LINE
    private last: PendingLine

    /** Goes on with a segment that is in flash already. */
    load(point: ResumePoint): void {
        this.seq = point.seq
        this.index = point.index
        this.buffer.blitAt(0, point.segment, 0, HEADER_BYTES + point.length)
        this.used = point.length
        this.first = point.first
        this.last = point.last
        this.dirty = 0
    }

    /** Becomes the next segment of the file, empty. `skipped` numbers are left out. */
    next(skipped = 0): void {
        this.seq += 1 + skipped
        this.index += 1 + skipped
        this.used = 0
        this.first = NO_LINE
        this.last = undefined
        this.dirty = 0
    }

    /** Becomes the first segment of a new file, whose name alone is not worth a write. */
    begin(name: PendingLine): void {
        this.next()
        this.index = 0
        this.startLine(name, name.text.byteLength)
        this.copyText(name.text, 0)
        this.dirty = 0
    }

    /** Bytes that are left. */
    room(): number {
        return PAYLOAD_BYTES - this.used
    }

    /** Puts the head of a line, for which MAX_HEAD_BYTES must be left. */
    startLine(line: PendingLine, bytes: number): void {
        if (this.first === NO_LINE) this.first = this.used
        const at = HEADER_BYTES + this.used
        const text = writeHead(this.buffer, at, line, bytes, this.last)
        this.last = line
        this.grow(text - at)
    }

    /** Puts what fits of `text` from byte `from` on. @returns number of bytes */
    copyText(text: string, from: number): number {
        const count = Math.min(text.byteLength - from, this.room())
        this.buffer.blitAt(HEADER_BYTES + this.used, text, from, count)
        this.grow(count)
        return count
    }

    /** Says that a line that began in a segment before ends here. */
    endLine(): void {
        if (this.first === NO_LINE) this.first = this.used
    }

    /** The segment as it goes to flash. */
    seal(id: number, back: number): Buffer {
        const segment = this.buffer.slice(0, HEADER_BYTES + this.used)
        const { seq, index, first, used } = this
        sealSegment(segment, { id, seq, index, back, length: used, first })
        return segment
    }

    /** Whether a whole head and a byte of text fit. */
    hasRoomForLine(): boolean {
        return this.room() > MAX_HEAD_BYTES
    }

    private grow(count: number): void {
        this.used += count
        this.dirty += count
    }
}
