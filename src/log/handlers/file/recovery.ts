import { FileList } from "./files"
import { NAME_LEVEL, LineHead, PendingLine, walkHeads } from "./line"
import { CUT_SHORT } from "./reader"
import { FlashLogError, SegmentRing } from "./ring"
import { HEADER_BYTES, NO_LINE, readHeader, SegmentHeader } from "./segment"
import { ResumePoint } from "./staging"

/** What a scan keeps of a segment. */
interface Found {
    seq: number
    start: number
    back: number
    first: number
    /** Bytes of text, and one for each line that starts here. */
    size: number
    /** Those of the last line that starts here, when it goes on in the next segment; else 0. */
    open: number
    since: number | undefined
}

/** What the slots held. */
export interface Recovered {
    /** Where to go on, or undefined when the log is empty. */
    point: ResumePoint | undefined
    /** First sequence number that was certainly never used. */
    next: number
}

function summarize(segment: Buffer, header: SegmentHeader): Found {
    const { seq, index, back, length, first } = header
    const found: Found = {
        seq,
        start: seq - index,
        back,
        first,
        size: length,
        open: 0,
        since: undefined,
    }
    walkHeads(segment, header, head => {
        found.size -= head.start - HEADER_BYTES - head.offset - 1
        if (head.end > segment.length)
            found.open = segment.length - head.start + 1
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
    addFiles(list, found, problem)
    const point = await resumePoint(ring, head.seq, problem)
    return { point, next: head.seq + 1 + ring.damaged }
}

/** Adds the files that `found`, in order, makes up. A line that lacks its end does not count. */
function addFiles(
    list: FileList,
    found: Found[],
    problem: (text: string) => void
): void {
    let expected = list.oldest
    let open = 0
    for (const segment of found) {
        const { seq, first } = segment
        if (seq < list.oldest) continue
        if (seq > expected)
            problem(`segments ${expected} to ${seq - 1} are missing`)
        if (open && (seq > expected || first === 0)) {
            list.files[0].size -= open
            open = 0
        }
        if (first === NO_LINE) open += segment.size
        else open = segment.open
        addTo(list, segment)
        expected = seq + 1
    }
    list.files[0].size -= open
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
    if (torn || first === NO_LINE) problem(CUT_SHORT)
    return point
}

function asLast(head: LineHead): PendingLine {
    return { text: "", level: head.level, time: head.time, wall: head.wall }
}
