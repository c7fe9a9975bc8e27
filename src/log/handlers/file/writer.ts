import { FileList, StoredFile } from "./files"
import { MAX_HEAD_BYTES, NAME_LEVEL, PendingLine } from "./line"
import { FlashLogError, SegmentRing } from "./ring"
import { logId, PAYLOAD_BYTES } from "./segment"
import { ResumePoint, StagedSegment } from "./staging"

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
    /** Bytes of the lines taken since the start, line ends included. */
    taken = 0
    private readonly staged = new StagedSegment()
    private readonly id: number
    /** The line that is being stored, and how much of its text is; -1 before its head. */
    private line: PendingLine
    private at = -1

    /** @param problem is told when an older file has to give way */
    constructor(
        private readonly filename: string,
        private readonly ring: SegmentRing,
        private readonly list: FileList,
        private readonly limits: FileLimits,
        private readonly problem: (text: string) => void
    ) {
        this.id = logId(filename)
    }

    /** Bytes in RAM that are not in flash yet. */
    dirty(): number {
        return this.staged.dirty
    }

    /**
     * Goes on after `point`, or begins the first file of the log.
     * @param next first sequence number that is free; those between were used by segments that
     * are damaged now, and are left out
     */
    resume(point: ResumePoint | undefined, next: number): void {
        this.line = undefined
        if (!point) {
            this.staged.seq = next - 1
            this.beginFile(0)
            return
        }
        this.staged.load(point)
        const skipped = next - point.seq - 1
        if (skipped) this.staged.next(skipped)
    }

    /**
     * Stores `line`: into RAM, and every segment that gets full into flash.
     * @throws FlashLogError, FlashError when a segment could not be written
     */
    async append(line: PendingLine): Promise<void> {
        await this.finish()
        this.line = line
        this.at = -1
        await this.finish()
    }

    /** Ends the line that a failure interrupted. */
    async finish(): Promise<void> {
        if (!this.line) return
        const { text } = this.line
        if (this.at < 0) {
            if (this.isFileFull()) await this.rotate()
            if (!this.staged.hasRoomForLine()) await this.advance()
            this.startLine()
        }
        while (this.at < text.byteLength) {
            if (!this.staged.room()) await this.advance()
            this.at += this.staged.copyText(text, this.at)
        }
        this.staged.endLine()
        this.line = undefined
    }

    /** Writes what is only in RAM. */
    async sync(): Promise<void> {
        if (this.staged.dirty) await this.writeSegment()
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
        this.overwrite()
        await this.writeSegment()
    }

    /** Forgets all files and begins an empty one, which reaches flash with its first line. */
    overwrite(): void {
        this.line = undefined
        this.beginFile(0)
    }

    private current(): StoredFile {
        return this.list.files[0]
    }

    private isFileFull(): boolean {
        const { size, since } = this.current()
        const { maxSize, maxAge, segments } = this.limits
        const { text, wall, time } = this.line
        const bytes = text.byteLength
        if (!size) return false
        if (size + bytes + 1 > maxSize) return true
        if (maxAge && wall && since !== undefined && time - since >= maxAge)
            return true
        const free = (segments - 1 - this.staged.index) * PAYLOAD_BYTES
        return bytes + 2 * MAX_HEAD_BYTES > this.staged.room() + free
    }

    private beginFile(keep: number): void {
        this.staged.begin({
            text: this.filename,
            level: NAME_LEVEL,
            time: 0,
            wall: false,
        })
        this.list.begin(this.staged.seq)
        this.list.keep(keep)
    }

    private async advance(): Promise<void> {
        await this.sync()
        this.staged.next()
    }

    private startLine(): void {
        const file = this.current()
        const { text, wall, time } = this.line
        const bytes = text.byteLength
        if (wall && file.since === undefined) file.since = time
        this.staged.startLine(this.line, bytes)
        this.at = 0
        file.size += bytes + 1
        this.taken += bytes + 1
    }

    private async writeSegment(): Promise<void> {
        const file = this.current()
        const { seq } = this.staged
        let slot = this.ring.slotOf(seq)
        while (slot < 0) {
            slot = this.ring.freeSlot(this.list.oldest)
            if (slot < 0) this.makeRoom()
        }
        const back = Math.min(file.start - this.list.oldest, 255)
        const segment = this.staged.seal(this.id, back)
        await this.ring.write(slot, seq, segment)
        this.staged.dirty = 0
        file.end = seq
    }

    private makeRoom(): void {
        if (!this.list.dropOldest())
            throw new FlashLogError("one file needs more than all slots")
        this.problem("an older file was shortened to make room")
    }
}
