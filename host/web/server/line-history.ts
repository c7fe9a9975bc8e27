import { randomBytes } from "node:crypto"
import { type LogLine, taskOf } from "../../client/index.ts"
import { type Line, MAX_LINES } from "../protocol.ts"

/** Lines that may be over the limit, so that not each new one moves all others. */
const SLACK = 1000

/** The last lines of a board's log, numbered as they come. */
export class LineHistory {
    /** Tells histories of one board apart: the numbers of lines count within one. */
    readonly id = randomBytes(4).toString("hex")
    private kept: Line[] = []
    private count = 0

    /** The lines that are kept, from number `from` on. */
    since(from: number): Line[] {
        const first = this.kept[0]?.n ?? this.count
        return this.kept.slice(Math.max(0, from - first)).slice(-MAX_LINES)
    }

    /** The number that the next line gets. */
    get next(): number {
        return this.count
    }

    /** Adds a line of the board. @param resolve puts file and line in place of frames */
    addLine(line: LogLine, resolve: (text: string) => string): void {
        const { at, time, level, mark, message, source } = line
        this.add({
            at,
            time,
            level,
            mark,
            task: taskOf(mark),
            message: resolve(message),
            source,
        })
    }

    /** Adds what the console has to say itself. */
    addMark(message: string, at = Date.now()): void {
        this.add({ at, time: "", mark: "", message, source: "mark" })
    }

    private add(line: Omit<Line, "n">): void {
        this.kept.push({ n: this.count++, ...line })
        if (this.kept.length > MAX_LINES + SLACK)
            this.kept = this.kept.slice(-MAX_LINES)
    }
}
