import {
    lineStarts,
    type LineStart,
    readSegment,
    type Segment,
} from "./log-segment.ts"

/** A file of the firmware's flash log. */
export interface LogFile {
    /** As on the device: `error.log`, `error.log.1`, ... */
    name: string
    /** Oldest first, as `TIME [LEVEL] text`, in whole seconds. */
    lines: string[]
    /** What could not be read, one line each; what concerns no file is with the current one. */
    problems: string[]
}

/** Name of a log whose segments with its name are lost, or that has nothing but problems. */
const NAMELESS = "flash-log"
/** Keys of the slots, with or without the prefix that the store puts before settings. */
const SLOT_KEY = /^:?(fd\.log\d\d)$/

/**
 * Reads the log files from the slots of a flash store, as the device itself would find them.
 * A segment that is sound counts whatever its key: one flipped bit in a key must not lose it.
 * @param slots values by key; what is no segment and lies not under `fd.log00` ... is left out
 * @returns the files, the current one of each log first, then the older ones; none when no slot holds anything
 */
export function readLogFiles(slots: Map<string, Buffer>): LogFile[] {
    const problems: string[] = []
    const logs = new Map<number, Segment[]>()
    for (const [key, value] of slots) {
        const slot = SLOT_KEY.exec(key)?.[1]
        if (value.length === 0) continue
        const segment = readSegment(value)
        if (!slot && typeof segment === "string") continue
        if (!slot)
            problems.push(
                `key "${key}" is no slot of a log but holds a sound segment: taken, its key is damaged`
            )
        if (typeof segment === "string")
            problems.push(`slot ${slot} ${segment}: skipped`)
        else logs.set(segment.id, [...(logs.get(segment.id) ?? []), segment])
    }
    const hasDamage = problems.length > 0
    const files = [...logs.values()].flatMap(log => readLog(log, hasDamage))
    if (problems.length && files.length === 0)
        files.push({ name: NAMELESS, lines: [], problems: [] })
    files[0]?.problems.unshift(...problems)
    return files
}

/** A line that is not complete, and how many of its bytes are missing. */
interface OpenLine {
    prefix: string
    text: Buffer
    missing: number
}

/** The files of one log, newest first. */
function readLog(segments: Segment[], hasDamage: boolean): LogFile[] {
    segments.sort((a, b) => a.seq - b.seq)
    const { oldest } = segments.at(-1)!
    const live = segments.filter(segment => segment.seq >= oldest)
    const starts = [...new Set(live.map(segment => segment.start))].reverse()
    const files = starts.map((start, i) =>
        readFile(
            live.filter(segment => segment.start === start),
            Math.max(start, oldest),
            starts[i - 1],
            hasDamage
        )
    )
    const entry = live.flatMap(lineStarts).findLast(({ isName }) => isName)
    files.forEach((file, i) => (file.name = fileName(entry, i)))
    return files
}

/**
 * The name of a file. Its number replaces each `%` in the name of the log; without a `%` it is
 * appended, except to that of the current file. The name's entry says how many digits it has.
 */
function fileName(entry: LineStart | undefined, index: number): string {
    const name = entry?.text.toString() ?? NAMELESS
    const number = String(index).padStart((entry?.time ?? 0) + 1, "0")
    if (name.includes("%")) return name.replaceAll("%", number)
    return index ? `${name}.${number}` : name
}

/**
 * Puts the lines of one file together, whose segments go from `expected` up to `next`. Numbers
 * that a damaged slot may have had are left out by the device, and a reset of the file that was
 * current leaves some out as well: that alone is no loss.
 */
function readFile(
    segments: Segment[],
    expected: number,
    next: number | undefined,
    hasDamage: boolean
): LogFile {
    const file: LogFile = { name: "", lines: [], problems: [] }
    const cutShort = () =>
        file.problems.push("a line was cut short by a reset: left out")
    const missing = (to: number) =>
        file.problems.push(`segments ${expected} to ${to - 1} are missing`)
    let open: OpenLine | undefined
    // bytes of the file so far; unknown when its first segments do not count
    let size = expected === segments[0].start ? 0 : NaN
    for (const segment of segments) {
        const { rest, payload } = segment
        const isGap = segment.seq > expected
        const hadOpen = open !== undefined
        if (isGap) open = undefined
        if (open && rest !== Math.min(open.missing, payload.length)) {
            cutShort()
            open = undefined
        }
        if (open) open = goOn(file, open, payload.subarray(0, rest))
        for (const { isName, prefix, text, missing } of lineStarts(segment)) {
            if (isName) continue
            if (missing) open = { prefix, text, missing }
            else file.lines.push(prefix + text.toString())
        }
        if (isGap && (hadOpen || isLoss(segment, size))) missing(segment.seq)
        size = segment.size
        expected = segment.seq + 1
    }
    if (next && next > expected && hasDamage) missing(next)
    else if (open) cutShort()
    return file
}

/**
 * Whether lines are missing before a segment.
 * @param size of the file before it
 */
function isLoss(segment: Segment, size: number): boolean {
    if (segment.rest !== 0) return true
    for (const { isName, text, missing } of lineStarts(segment))
        if (!isName && !missing) size += text.length + 1
    return !Number.isNaN(size) && segment.size !== size
}

function goOn(
    file: LogFile,
    { prefix, ...open }: OpenLine,
    more: Buffer
): OpenLine | undefined {
    const text = Buffer.concat([open.text, more])
    const missing = open.missing - more.length
    if (missing) return { prefix, text, missing }
    file.lines.push(prefix + text.toString())
    return undefined
}
