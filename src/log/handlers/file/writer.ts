import { FileList, StoredFile } from "./files"
import { MAX_HEAD_BYTES, NAME_LEVEL, PendingLine, writeHead } from "./line"
import { FlashLogError, SegmentRing } from "./ring"
import {
    HEADER_BYTES,
    logId,
    NO_LINE,
    PAYLOAD_BYTES,
    sealSegment,
} from "./segment"
import { MAX_VALUE_BYTES } from "../../../platform"

/** Where the writer goes on: the last segment of the log as far as its lines are whole. */
export interface ResumePoint {
    seq: number
    index: number
    segment: Buffer
    /** Payload bytes that stay. */
    length: number
    first: number
    last: PendingLine | undefined
}

/** Limits of the files, in force from the next line on. */
export interface FileLimits {
    /** Most bytes of text in one file, line ends included. */
    maxSize: number
    /** Older files kept. */
    maxCount: number
    /** Age in seconds at which a file is rotated, 0 = never. */
    maxAge: number
    /** Most segments of one file. */
    segments: number
}

/**
 * Turns lines into segments. One segment is in RAM; it is written when it is full or on
 * `sync`, and written again to the same slot when more has come to it. Every method can be
 * called again after it failed and then goes on where it stopped: no line is lost or doubled.
 */
export class SegmentWriter {
    /** Bytes in RAM that are not in flash yet. */
    dirty = 0
    /** Bytes of the lines taken since the start, line ends included. */
    bytesStored = 0
    private readonly segment = Buffer.alloc(MAX_VALUE_BYTES)
    private readonly id: number
    private seq = 0
    private index = 0
    private used = 0
    private first = 0
    private last: PendingLine
    /** The line that is being stored, and how much of its text is. */
    private line: PendingLine
    private at = -1
    private bytes = 0

    constructor(
        private readonly filename: string,
        private readonly ring: SegmentRing,
        private readonly list: FileList,
        readonly limits: FileLimits,
        private readonly problem: (text: string) => void
    ) {
        this.id = logId(filename)
    }

    /**
     * Goes on after `point`, or begins the first file of the log.
     * @param next first sequence number that is free; those between were used by segments that
     * are damaged now, and are left out
     */
    resume(point: ResumePoint | undefined, next: number): void {
        this.line = undefined
        this.dirty = 0
        if (!point) {
            this.seq = next - 1
            this.beginFile(0)
            return
        }
        this.seq = point.seq
        this.index = point.index
        this.segment.blitAt(0, point.segment, 0, HEADER_BYTES + point.length)
        this.used = point.length
        this.first = point.first
        this.last = point.last
        const skipped = next - point.seq - 1
        if (!skipped) return
        this.nextSegment()
        this.seq += skipped
        this.index += skipped
    }

    /**
     * Stores `line`: into RAM, and every segment that gets full into flash.
     * @throws FlashLogError, FlashError when a segment could not be written
     */
    async append(line: PendingLine): Promise<void> {
        await this.finish()
        this.line = line
        this.bytes = line.text.byteLength
        this.at = -1
        await this.finish()
    }

    /** Ends the line that a failure interrupted. */
    async finish(): Promise<void> {
        if (!this.line) return
        if (this.at < 0) {
            if (this.isFileFull()) await this.rotate()
            if (this.used + MAX_HEAD_BYTES >= PAYLOAD_BYTES)
                await this.advance()
            this.startLine()
        }
        while (this.at < this.bytes) {
            if (this.used === PAYLOAD_BYTES) await this.advance()
            this.copyText()
        }
        if (this.first === NO_LINE) this.first = this.used
        this.line = undefined
    }

    /** Writes what is only in RAM. */
    async sync(): Promise<void> {
        if (this.dirty) await this.writeSegment()
    }

    /**
     * Ends the current file: the next line begins a new one.
     * @returns false when it is empty, then it stays
     */
    async rotate(): Promise<boolean> {
        await this.sync()
        if (!this.current().size) return false
        this.beginFile(this.limits.maxCount)
        return true
    }

    /** `rotate`, and the new file stands in flash before a line comes to it. */
    async rotateNow(): Promise<void> {
        if (await this.rotate()) await this.writeSegment()
    }

    /** Makes the log empty, in flash too. What is only in RAM is gone. */
    async reset(): Promise<void> {
        this.line = undefined
        this.beginFile(0)
        await this.writeSegment()
    }

    /** Forgets all older files and begins an empty one, which reaches flash with its first line. */
    overwrite(): void {
        this.beginFile(0)
    }

    private current(): StoredFile {
        return this.list.files[0]
    }

    private isFileFull(): boolean {
        const { size, since } = this.current()
        const { maxSize, maxAge, segments } = this.limits
        if (!size) return false
        if (size + this.bytes + 1 > maxSize) return true
        const { wall, time } = this.line
        if (maxAge && wall && since !== undefined && time - since >= maxAge)
            return true
        const room =
            PAYLOAD_BYTES -
            this.used +
            (segments - 1 - this.index) * PAYLOAD_BYTES
        return this.bytes + 2 * MAX_HEAD_BYTES > room
    }

    private beginFile(keep: number): void {
        this.nextSegment()
        this.index = 0
        this.list.begin(this.seq)
        this.list.keep(keep)
        this.first = 0
        const line: PendingLine = {
            text: this.filename,
            level: NAME_LEVEL,
            time: 0,
            wall: false,
        }
        this.put(line, this.filename.byteLength)
        this.segment.blitAt(
            HEADER_BYTES + this.used,
            this.filename,
            0,
            this.filename.byteLength
        )
        this.used += this.filename.byteLength
        this.dirty = 0
    }

    private nextSegment(): void {
        this.seq++
        this.index++
        this.used = 0
        this.first = NO_LINE
        this.last = undefined
    }

    private async advance(): Promise<void> {
        await this.sync()
        this.nextSegment()
    }

    private startLine(): void {
        if (this.first === NO_LINE) this.first = this.used
        const file = this.current()
        if (this.line.wall && file.since === undefined)
            file.since = this.line.time
        this.put(this.line, this.bytes)
        this.at = 0
        file.size += this.bytes + 1
        this.bytesStored += this.bytes + 1
    }

    private put(line: PendingLine, bytes: number): void {
        const at = HEADER_BYTES + this.used
        const text = writeHead(this.segment, at, line, bytes, this.last)
        this.last = line
        this.grow(text - at)
    }

    private copyText(): void {
        const count = Math.min(this.bytes - this.at, PAYLOAD_BYTES - this.used)
        this.segment.blitAt(
            HEADER_BYTES + this.used,
            this.line.text,
            this.at,
            count
        )
        this.at += count
        this.grow(count)
    }

    private grow(count: number): void {
        this.used += count
        this.dirty += count
    }

    private async writeSegment(): Promise<void> {
        const file = this.current()
        let slot = this.ring.slotOf(this.seq)
        while (slot < 0) {
            slot = this.ring.freeSlot(this.list.oldest)
            if (slot < 0) this.makeRoom()
        }
        const segment = this.segment.slice(0, HEADER_BYTES + this.used)
        const { id, seq, index, first, used } = this
        const back = Math.min(file.start - this.list.oldest, 255)
        sealSegment(segment, { id, seq, index, back, length: used, first })
        await this.ring.write(slot, seq, segment)
        this.dirty = 0
        file.end = seq
    }

    private makeRoom(): void {
        if (!this.list.dropOldest())
            throw new FlashLogError("one file needs more than all slots")
        this.problem("an older file was shortened to make room")
    }
}
