import { FlashSlots } from "../../../platform"
import { FileList } from "./files"
import { LogReader } from "./reader"
import { recover } from "./recovery"
import { RingStats, SegmentRing } from "./ring"
import { logId } from "./segment"
import { FileLimits, SegmentWriter } from "./writer"

/** Most problems that are remembered. */
const MAX_PROBLEMS = 16

/**
 * The files of one log in flash: found again from the slots, written and read by segments.
 * It knows no policy: `FileRotationHandler` says when to write.
 */
export class FlashLog {
    readonly list = new FileList()
    readonly limits: FileLimits = {
        maxSize: 0,
        maxCount: 0,
        maxAge: 0,
        segments: 0,
    }
    readonly reader: LogReader
    readonly writer: SegmentWriter
    readonly stats: RingStats
    /** What was skipped or refused since the start, one line each, oldest first. */
    readonly problems: string[] = []
    isOpen = false
    private readonly ring: SegmentRing

    /**
     * @param slots number of slots, from slot `firstSlot` on
     * @param onProblem is told of each new problem
     */
    constructor(
        filename: string,
        flash: FlashSlots,
        firstSlot: number,
        slots: number,
        private readonly onProblem: (text: string) => void
    ) {
        const self = this
        const note = (text: string) => self.note(text)
        const { list, limits } = this
        this.ring = new SegmentRing(flash, logId(filename), firstSlot, slots)
        this.stats = this.ring.stats
        this.reader = new LogReader(this.ring, list, note)
        this.writer = new SegmentWriter(filename, this.ring, list, limits, note)
    }

    /**
     * Finds the files in flash.
     * @param overwrite forget them; flash is changed with the first line only
     * @throws FlashError when the store cannot be read; it can be tried again
     */
    async open(overwrite: boolean): Promise<void> {
        const self = this
        this.list.clear()
        const { point, next } = await recover(this.ring, this.list, text =>
            self.note(text)
        )
        this.writer.resume(point, next)
        if (overwrite && point) this.writer.overwrite()
        this.isOpen = true
    }

    /** Remembers a problem and tells it, unless it is known. */
    note(text: string): void {
        if (this.problems.indexOf(text) < 0) this.tell(text)
    }

    /** Remembers a problem and tells it, each time it comes. */
    tell(text: string): void {
        if (this.problems.length === MAX_PROBLEMS) this.problems.shift()
        this.problems.push(text)
        if (this.onProblem) this.onProblem(text)
    }
}
