import { type Line, MAX_LINES } from "../protocol.ts"

/** Which lines are wanted. */
export interface Filter {
    /** Number of the least severe level; 8 takes all. */
    level: number
    task: string
    topic: string
    text: string
}

export const NO_FILTER: Filter = { level: 8, task: "", topic: "", text: "" }

/** Errors and what is worse. */
export const ERROR = 3
/** Lines that may be over the limit, so that not each new one moves all others. */
const SLACK = 1000

/** The lines that are kept, and those of them that the filter lets through. */
export class LogModel {
    lines: Line[] = []
    shown: Line[] = []
    filter: Filter = NO_FILTER
    isPaused = false
    /** Lines that came while paused. */
    unseen = 0
    /** Lines that were dropped from the begin of `shown` so far. */
    dropped = 0

    reset(lines: Line[]): void {
        this.lines = lines
        this.unseen = 0
        this.refilter()
    }

    add(lines: Line[]): void {
        const last = this.lines.at(-1)?.n ?? -1
        const fresh = lines.filter(({ n }) => n > last)
        this.lines.push(...fresh)
        if (this.lines.length > MAX_LINES + SLACK)
            this.lines = this.lines.slice(-MAX_LINES)
        const wanted = fresh.filter(makeTest(this.filter))
        if (this.isPaused) {
            this.unseen += wanted.length
            return
        }
        this.shown.push(...wanted)
        const first = this.lines[0]?.n ?? 0
        if (this.shown.length > 0 && this.shown[0]!.n < first) {
            const kept = this.shown.findIndex(({ n }) => n >= first)
            const gone = kept < 0 ? this.shown.length : kept
            this.shown = this.shown.slice(gone)
            this.dropped += gone
        }
    }

    setFilter(filter: Filter): void {
        this.filter = filter
        this.refilter()
    }

    setPaused(isPaused: boolean): void {
        this.isPaused = isPaused
        if (!isPaused) this.refilter()
    }

    /** Index in `shown` of the next error after an index, from the begin again at the end; -1 for none. */
    nextError(after: number): number {
        const isError = ({ level }: Line) =>
            level !== undefined && level <= ERROR
        const next = this.shown.findIndex(
            (line, i) => i > after && isError(line)
        )
        return next >= 0 ? next : this.shown.findIndex(isError)
    }

    private refilter(): void {
        this.shown = this.lines.filter(makeTest(this.filter))
        this.unseen = 0
    }
}

/** A filter as a test; marks between lines pass all but the text. */
function makeTest({
    level,
    task,
    topic,
    text,
}: Filter): (line: Line) => boolean {
    const wanted = text.toLowerCase()
    return line =>
        (line.source === "mark"
            ? !wanted
            : (line.level ?? 0) <= level &&
              (!task || isBelow(line.task, task)) &&
              (!topic || isBelow(line.mark, topic))) &&
        (!wanted ||
            line.message.toLowerCase().includes(wanted) ||
            line.mark.toLowerCase().includes(wanted))
}

/** Whether a dotted name is one or lies below it. */
function isBelow(name: string | undefined, above: string): boolean {
    return name === above || (name?.startsWith(`${above}.`) ?? false)
}
