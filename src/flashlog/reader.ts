import { logSlot } from "../platform"
import {
    cursorOf,
    cursorSeq,
    LineHead,
    MIN_HEAD_BYTES,
    NAME_LEVEL,
    readHead,
    StoredLine,
} from "./line"
import {
    FIRST,
    HEADER_BYTES,
    ID,
    NO_LINE,
    segmentFault,
    SEQ,
    SIZE,
} from "./segment"
import { findSlot, FlashLog, note } from "./state"

/** Problem: a line lacks its end, since the flash was not written to its end. */
export const CUT_SHORT = "a line was cut short by a reset: left out"

/** Takes one stored line; may wait. `false` ends the reading. */
export type LineVisitor = (line: StoredLine) => Promise<boolean | void>

/** A line of which a part has been read. */
interface OpenLine {
    head: LineHead
    cursor: number
    text: Buffer
    /** Bytes of the text that have been read. */
    filled: number
}

/**
 * Visits the lines of one file, oldest first, with one segment in RAM at a time, while logging
 * goes on.
 * @param index number of the file, the current one is 0
 * @param from cursor of the first line wanted
 * @returns false when `visit` ended it
 */
export async function readFile(
    log: FlashLog,
    index: number,
    from: number,
    visit: LineVisitor
): Promise<boolean> {
    const start = log.starts[index]
    const next = index > 0 ? log.starts[index - 1] : log.written + 1
    let expected = Math.max(start, cursorSeq(from))
    // bytes of the file up to the last segment that was read; NaN when that is not known
    let size = expected === start ? 0 : NaN
    let open: OpenLine
    for (let seq = expected; seq < next; ++seq) {
        const segment = await readSegment(log, seq)
        // the file was rotated away meanwhile
        if (log.starts.indexOf(start) < 0) return true
        if (!segment) continue
        const before = seq > expected ? undefined : open
        const lines: OpenLine[] = []
        const rest = readLines(log, segment, before, lines)
        if (seq > expected && (open || isLoss(segment, lines, size)))
            note(log, `segments ${expected} to ${seq - 1} are missing`)
        open = rest
        size = segment.getAt(SIZE, "u16")
        expected = seq + 1
        for (const line of lines) {
            if (line.cursor < from) continue
            if ((await visit(toStored(line))) === false) return false
        }
    }
    // the end of the current file may be on its way
    if (index === 0) return true
    // without damage the rest was emptied by a reset
    if (expected < next && log.hasDamage)
        note(log, `segments ${expected} to ${next - 1} are missing`)
    else if (open) note(log, CUT_SHORT)
    return true
}

/**
 * Whether lines are missing before a segment: numbers that a damaged slot may have had are left
 * out, so a gap in them alone says nothing. The header tells how much the file has up to here.
 * @param lines those that are whole in the segment
 * @param size of the file before it
 */
function isLoss(segment: Buffer, lines: OpenLine[], size: number): boolean {
    if (segment[FIRST] !== 0) return true
    let own = 0
    for (const line of lines) own += line.text.length + 1
    return size === size && segment.getAt(SIZE, "u16") !== size + own
}

/** Visits the lines of all files from cursor `from` on, oldest first. */
export async function readAll(
    log: FlashLog,
    from: number,
    visit: LineVisitor
): Promise<void> {
    // a file keeps its start while others come and go
    const starts = log.starts.slice()
    while (starts.length) {
        const index = log.starts.indexOf(starts.pop())
        if (index < 0) continue
        if (index > 0 && log.starts[index - 1] <= cursorSeq(from)) continue
        if (!(await readFile(log, index, from, visit))) return
    }
}

/** Reads a segment; undefined when it is not there (any more) or damaged. */
async function readSegment(
    log: FlashLog,
    seq: number
): Promise<Buffer | undefined> {
    const slot = findSlot(log, seq)
    if (slot < 0) return undefined
    const value = await log.options.flash.read(logSlot(slot))
    if (!value || segmentFault(value)) return undefined
    const same =
        value.getAt(SEQ, "u32") === seq && value.getAt(ID, "u16") === log.id
    return same ? value : undefined
}

/**
 * Takes the lines out of a segment that are whole with it.
 * @param open the line that began before it
 * @returns the line that goes on behind it
 */
function readLines(
    log: FlashLog,
    segment: Buffer,
    open: OpenLine | undefined,
    lines: OpenLine[]
): OpenLine | undefined {
    const payload = segment.length - HEADER_BYTES
    const rest = segment[FIRST] === NO_LINE ? payload : segment[FIRST]
    if (open && rest !== Math.min(open.text.length - open.filled, payload)) {
        note(log, CUT_SHORT)
        open = undefined
    }
    if (open && fill(open, segment, HEADER_BYTES, lines)) open = undefined
    let head: LineHead
    for (
        let at = HEADER_BYTES + rest;
        at + MIN_HEAD_BYTES <= segment.length;
        at = head.end
    ) {
        head = readHead(segment, at, head)
        if (head.level === NAME_LEVEL) continue
        const cursor = cursorOf(segment.getAt(SEQ, "u32"), at - HEADER_BYTES)
        const text = Buffer.alloc(head.end - head.start)
        open = { head, cursor, text, filled: 0 }
        if (fill(open, segment, head.start, lines)) open = undefined
    }
    return open
}

/** Copies text from `from` of the segment on. @returns whether the line is whole now */
function fill(
    line: OpenLine,
    segment: Buffer,
    from: number,
    lines: OpenLine[]
): boolean {
    const { text, filled } = line
    const count = Math.min(text.length - filled, segment.length - from)
    text.blitAt(filled, segment, from, count)
    line.filled += count
    if (line.filled < text.length) return false
    lines.push(line)
    return true
}

function toStored({ head, cursor, text }: OpenLine): StoredLine {
    const { level, time, wall } = head
    return { text: text.toString(), level, time, wall, cursor }
}
