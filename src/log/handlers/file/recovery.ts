import { FileList } from "./files"
import { NAME_LEVEL, LineHead, PendingLine, walkHeads } from "./line"
import { FlashLogError, SegmentRing } from "./ring"
import { HEADER_BYTES, NO_LINE, readHeader, SegmentHeader } from "./segment"
import { ResumePoint } from "./writer"

/** What a scan keeps of a segment. */
interface Found {
    seq: number
    start: number
    back: number
    size: number
    since: number | undefined
}

/** What the slots held. */
export interface Recovered {
    /** Where to go on, or undefined when the log is empty. */
    point: ResumePoint | undefined
    /** First sequence number that was certainly never used. */
    next: number
}

/** Bytes of text in a segment by its heads: each line ends with one byte more, its line end. */
function summarize(segment: Buffer, header: SegmentHeader): Found {
    const { seq, index, back, length } = header
    const found: Found = {
        seq,
        start: seq - index,
        back,
        size: length,
        since: undefined,
    }
    walkHeads(segment, header, head => {
        found.size -= head.start - HEADER_BYTES - head.offset - 1
        if (head.level === NAME_LEVEL) found.size -= head.end - head.start + 1
        else if (head.wall && found.since === undefined) found.since = head.time
    })
    return found
}

/**
 * Finds the files of a log from its slots alone and fills `list`.
 * @param problem is told of each slot or line that has to be left out
 */
export async function recover(
    ring: SegmentRing,
    list: FileList,
    problem: (text: string) => void
): Promise<Recovered> {
    const found: Found[] = []
    await ring.scan(
        (segment, header) => found.push(summarize(segment, header)),
        problem
    )
    found.sort((a, b) => a.seq - b.seq)
    const head = found[found.length - 1]
    if (!head) return { point: undefined, next: 1 + ring.damaged }
    list.oldest = Math.max(1, head.start - head.back)
    let expected = list.oldest
    for (const segment of found) {
        if (segment.seq < list.oldest) continue
        if (segment.seq > expected)
            problem(`segments ${expected} to ${segment.seq - 1} are missing`)
        expected = segment.seq + 1
        addTo(list, segment)
    }
    const point = await resumePoint(ring, head.seq, problem)
    return { point, next: head.seq + 1 + ring.damaged }
}

function addTo(list: FileList, segment: Found): void {
    const current = list.files[0]
    const file =
        current && current.start === segment.start
            ? current
            : list.begin(segment.start)
    file.end = segment.seq
    file.size += segment.size
    if (file.since === undefined) file.since = segment.since
}

async function resumePoint(
    ring: SegmentRing,
    seq: number,
    problem: (text: string) => void
): Promise<ResumePoint> {
    const segment = await ring.read(seq)
    if (!segment) throw new FlashLogError(`segment ${seq} is gone`)
    const { index, first, length } = readHeader(segment)
    const point: ResumePoint = {
        seq,
        index,
        segment,
        length,
        first,
        last: undefined,
    }
    let torn: LineHead
    walkHeads(segment, readHeader(segment), head => {
        if (head.end > HEADER_BYTES + length) torn = head
        else point.last = asLast(head)
    })
    if (torn) point.length = torn.offset
    if (first === NO_LINE) {
        point.length = 0
        point.first = 0
    }
    if (torn || first === NO_LINE)
        problem("the last line was cut short by a reset: left out")
    return point
}

function asLast(head: LineHead): PendingLine {
    return { text: "", level: head.level, time: head.time, wall: head.wall }
}
