import { FileList, StoredFile } from "./files"
import {
    cursorOf,
    cursorSeq,
    LineHead,
    NAME_LEVEL,
    StoredLine,
    walkHeads,
} from "./line"
import { SegmentRing } from "./ring"
import { HEADER_BYTES, NO_LINE, readHeader } from "./segment"

/** Problem: a line lacks its end, since the flash was not written to its end. */
export const CUT_SHORT = "a line was cut short by a reset: left out"

/** Takes one stored line; may wait. `false` ends the reading. */
export type LineVisitor = (line: StoredLine) => Promise<boolean | void>

/** Puts the lines of one file together from its segments, in order. */
export class LineAssembler {
    private line: StoredLine
    private parts: Buffer[] = []
    private missing = 0
    private previous = 0

    constructor(private readonly problem: (text: string) => void) {}

    /**
     * Takes the next segment.
     * @returns the lines that are whole with it, oldest first
     */
    feed(segment: Buffer): StoredLine[] {
        const header = readHeader(segment)
        const lines: StoredLine[] = []
        if (this.previous && header.seq !== this.previous + 1) {
            this.problem(
                `segments ${this.previous + 1} to ${header.seq - 1} are missing`
            )
            this.drop()
        }
        this.previous = header.seq
        this.goOn(segment, header.first, header.length, lines)
        const self = this
        walkHeads(segment, header, head =>
            self.start(segment, header.seq, head, lines)
        )
        return lines
    }

    /** Whether the last line so far lacks its end. */
    isTorn(): boolean {
        return !!this.line
    }

    /** Gives up the line that lacks its end. */
    drop(): void {
        this.line = undefined
        this.parts = []
    }

    private goOn(
        segment: Buffer,
        first: number,
        length: number,
        lines: StoredLine[]
    ): void {
        const count = first === NO_LINE ? length : first
        if (this.line && count !== Math.min(this.missing, length)) {
            this.problem(CUT_SHORT)
            this.drop()
        }
        if (this.line) this.add(segment, HEADER_BYTES, count, lines)
    }

    private start(
        segment: Buffer,
        seq: number,
        head: LineHead,
        lines: StoredLine[]
    ): void {
        const { level, time, wall, offset, start, end } = head
        if (level === NAME_LEVEL) return
        this.line = {
            text: "",
            level,
            time,
            wall,
            cursor: cursorOf(seq, offset),
        }
        this.missing = end - start
        this.add(
            segment,
            start,
            Math.min(this.missing, segment.length - start),
            lines
        )
    }

    private add(
        segment: Buffer,
        from: number,
        count: number,
        lines: StoredLine[]
    ): void {
        this.parts.push(segment.slice(from, from + count))
        this.missing -= count
        if (this.missing) return
        this.line.text = Buffer.concat(...this.parts).toString()
        lines.push(this.line)
        this.drop()
    }
}

/** Reads the files of a log from flash, one segment in RAM at a time, while logging goes on. */
export class LogReader {
    constructor(
        private readonly ring: SegmentRing,
        private readonly list: FileList,
        private readonly problem: (text: string) => void
    ) {}

    /**
     * Visits the lines of one file, oldest first.
     * @param from cursor of the first line wanted
     * @returns false when `visit` ended it
     */
    async readFile(
        file: StoredFile,
        visit: LineVisitor,
        from = 0
    ): Promise<boolean> {
        const assembler = new LineAssembler(this.problem)
        let seq = Math.max(file.start, this.list.oldest, cursorSeq(from))
        for (; seq <= file.end; ++seq) {
            const segment = await this.ring.read(seq)
            if (!segment) continue
            for (const line of assembler.feed(segment)) {
                if (line.cursor < from) continue
                if ((await visit(line)) === false) return false
            }
        }
        // the end of the current file may be on its way, and what is missing has been said
        const { files } = this.list
        const at = files.indexOf(file)
        if (assembler.isTorn() && at > 0 && files[at - 1].start === seq)
            this.problem(CUT_SHORT)
        return true
    }

    /** Visits the lines of all files from cursor `from` on, oldest first. */
    async readAll(visit: LineVisitor, from = 0): Promise<void> {
        const files = this.list.files.slice()
        while (files.length) {
            const file = files.pop()
            if (file.end < cursorSeq(from)) continue
            if (!(await this.readFile(file, visit, from))) return
        }
    }
}
