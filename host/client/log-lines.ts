import { LEVELS } from "../levels.ts"
import type { Board } from "./board.ts"
import { RemoteError } from "./errors.ts"
import type { Run } from "./follow.ts"
import type { BoardInfo, FileLine, RingLine, RingPart } from "./types.ts"

/** A line of a board's log, wherever it was kept. */
export interface LogLine {
    /** Unix time in ms; that of another boot is not known when its clock was not. */
    at?: number
    /** Time as the board wrote it: RFC 3339, or uptime in s. */
    time: string
    /** Severity of RFC 5424, 8 for trace; undefined when the line does not tell. */
    level?: number
    /** Mark of a task (`name.service`) or topic. */
    mark: string
    message: string
    /** 0 for the present run of the firmware, -1 for the one before. */
    boot: number
    /** `ring`, or the name of a file. */
    source: string
}

const LINE = /^(\S+) \[([A-Z]+)\] \[([^\]]*)\] ?(.*)$/s
const STORED = /^\[([^\]]*)\] ?(.*)$/s

/** Seconds by which the clocks of host and board, or two roundings, may differ. */
const SLACK_S = 2

/** The task that a mark belongs to: `name`, or `name.child`; undefined for a topic. */
export function taskOf(mark: string): string | undefined {
    const match = /^([^.]+)\.service(\..*)?$/.exec(mark)
    return match ? match[1]! + (match[2] ?? "") : undefined
}

/**
 * Takes a line of the ring apart.
 * @param startedAt Unix time in ms of what the uptime counts from
 */
export function parseRingLine(text: string, startedAt: number): LogLine {
    const match = LINE.exec(text)
    if (!match)
        return { time: "", mark: "", message: text, boot: 0, source: "ring" }
    const [, time, label, mark, message] = match
    const level = LEVELS.findIndex(name => name.toUpperCase() === label)
    return {
        at: /^\d+(\.\d+)?$/.test(time!)
            ? Math.round(startedAt + Number(time) * 1000)
            : Date.parse(time!),
        time: time!,
        level: level < 0 ? undefined : level,
        mark: mark!,
        message: message!,
        boot: 0,
        source: "ring",
    }
}

/** Takes a line of the flash log apart, of a boot that is not known yet. */
function parseFileLine(line: FileLine, source: string): LogLine {
    const [, mark = "", message = line.text] = STORED.exec(line.text) ?? []
    return {
        at: line.isWall ? line.time * 1000 : undefined,
        time: line.isWall
            ? new Date(line.time * 1000).toISOString().replace(".000", "")
            : String(line.time),
        level: line.level,
        mark,
        message,
        boot: 0,
        source,
    }
}

/** The earliest that a line of the present boot may be: Unix time in ms, and uptime in s. */
interface Start {
    at: number
    uptime: number
}

/**
 * When the present boot began. The first line of its ring tells, as long as that is kept: the board's
 * clock runs on when the program starts again without a reset, as after a panic.
 */
function startOf(
    { uptime, wall }: BoardInfo,
    startedAt: number,
    oldest: RingLine | undefined
): Start {
    if (oldest?.index !== 0)
        return { at: startedAt - SLACK_S * 1000, uptime: 0 }
    const first = newLine(oldest, (wall ?? Infinity) - uptime)
    const seconds = Number(first.time)
    return {
        // a stored line has its time in whole seconds
        at: (first.at ?? -Infinity) - 1000,
        // a clock that was known then was known from then on
        uptime: Number.isNaN(seconds) ? Infinity : Math.floor(seconds),
    }
}

/**
 * Uptime in ms at which the present run of the firmware began: the first line of the ring tells, as
 * long as it is kept and has the uptime. Undefined when that is not known.
 */
export async function startUptime(
    board: LogSource,
    { next, lastEnd }: BoardInfo
): Promise<number | undefined> {
    const [oldest] = next ? (await board.lines(0, 1)).lines : []
    const { time } = oldest?.index === 0 ? newLine(oldest, 0) : { time: "" }
    if (/^\d+(\.\d+)?$/.test(time)) return Number(time) * 1000
    // the VM starts the program again without a reset of the chip
    return lastEnd === "panic" || lastEnd === "restart" ? undefined : 0
}

/**
 * Assigns lines of the flash log, oldest first, to boots: within a boot the uptime does not go
 * back, and a clock that is known stays so. A boot whose lines all have the wall clock cannot be distinguished
 * from the one before it, unless it is the present one: they count as one.
 */
function markBoots(
    lines: LogLine[],
    startedAt: number,
    now: number,
    start: Start
): void {
    let boot = 0
    let uptime = (now - startedAt) / 1000 + SLACK_S
    let isWallBehind = true
    for (const line of [...lines].reverse()) {
        const isWall = line.at !== undefined
        const seconds = Number(line.time)
        const isBefore = isWall
            ? !isWallBehind || (boot === 0 && line.at! < start.at)
            : seconds > uptime || (boot === 0 && seconds < start.uptime)
        if (isBefore) boot--
        if (!isWall) {
            uptime = seconds
            if (boot === 0) line.at = startedAt + seconds * 1000
        } else if (isBefore) uptime = Infinity
        isWallBehind = isWall
        line.boot = boot
    }
}

/** What is read of a board's log. */
export interface HistoryOptions {
    /** One file of the flash log only. */
    file?: string
}

/** What the log of a board is read by. */
type LogSource = Pick<Board, "info" | "lines" | "files" | "file">

/** A board's log, and where to go on with its ring. */
export interface History extends Run {
    lines: LogLine[]
    /** Index of the next line of the ring. */
    next: number
}

/**
 * The log of a board, from its flash files and its ring together: oldest first, each line once.
 * The ring is read before the files and after them: a line that leaves it meanwhile, too late for
 * the files that were read, is not left out.
 * @throws RemoteError, TimedOutError
 */
export async function readHistory(
    board: LogSource,
    options: HistoryOptions = {}
): Promise<History> {
    const info = await board.info()
    const { uptime, boot, next: end } = info
    const now = Date.now()
    const startedAt = now - uptime
    const hasRing = options.file === undefined && end !== undefined
    const before = hasRing ? await board.lines() : undefined
    const stored = await storedLines(board, options.file)
    const oldest = before ?? (end ? await board.lines(0, 1) : undefined)
    const start = startOf(info, startedAt, oldest?.lines[0])
    markBoots(stored, startedAt, now, start)
    if (!before) return { lines: stored, next: end ?? 0, startedAt, boot }
    const first = nextIndex(before)
    const after = await board.lines(first)
    // started again
    if (after.next < first) return readHistory(board, options)
    const kept = [...before.lines, ...after.lines]
    return {
        lines: merge(
            stored,
            kept.map(line => newLine(line, startedAt))
        ),
        next: nextIndex(after),
        startedAt,
        boot,
        line: kept.at(-1),
    }
}

/** Index of the line behind those of an answer. */
function nextIndex({ lines, next }: RingPart): number {
    return (lines.at(-1)?.index ?? next - 1) + 1
}

/** A line of the ring that has just come. */
export function newLine({ text }: RingLine, startedAt: number): LogLine {
    return parseRingLine(text, startedAt)
}

/**
 * Lines of one file, or of all of them, oldest first. Files are read the newest first: when one is
 * begun meanwhile, the next name is that of a file which has been read already, and none is left
 * out.
 */
async function storedLines(
    board: LogSource,
    only: string | undefined
): Promise<LogLine[]> {
    const names = only === undefined ? await fileNames(board) : [only]
    const lines = new Map<number, LogLine>()
    for (const name of names)
        for (const line of await board.file(name))
            if (!lines.has(line.cursor))
                lines.set(line.cursor, parseFileLine(line, name))
    return [...lines].sort(([a], [b]) => a - b).map(([, line]) => line)
}

/** Names of the files, newest first; none for a firmware without a flash log. */
async function fileNames(board: LogSource): Promise<string[]> {
    try {
        return (await board.files()).map(file => file.name)
    } catch (error) {
        if ((error as RemoteError).name === "UnsupportedError") return []
        throw error
    }
}

/** Merges lines of this boot from flash and from the ring, each once. */
export function merge(stored: LogLine[], ring: LogLine[]): LogLine[] {
    const older = stored.filter(line => line.boot < 0)
    const present = stored.filter(line => line.boot === 0)
    const inRing = new Map<string, number[]>()
    for (const line of ring) {
        const key = identity(line)
        inRing.set(key, [...(inRing.get(key) ?? []), line.at ?? NaN])
    }
    // a stored line has its time in whole seconds
    const onlyStored = present.filter(line => {
        const times = inRing.get(identity(line)) ?? []
        const same = times.findIndex(
            at => Math.abs(at - line.at!) < (SLACK_S + 1) * 1000
        )
        if (same >= 0) times.splice(same, 1)
        return same < 0
    })
    return [...older, ...byTime(onlyStored, ring)]
}

/**
 * Merges sources by time, of each of which the order stays: a clock that was ahead is set back, and
 * the lines before that were written before. A line without a time stays behind the one before it.
 */
export function byTime<T extends { at?: number }>(...sources: T[][]): T[] {
    return sources
        .flatMap(inOrder)
        .sort((a, b) => a.at - b.at)
        .map(({ line }) => line)
}

/** Lines of one source, in its order, with times that do not go back: none is after a later one's. */
function inOrder<T extends { at?: number }>(
    lines: T[]
): { line: T; at: number }[] {
    let last = -Infinity
    const timed = lines.map(line => {
        if (Number.isFinite(line.at)) last = line.at!
        return { line, at: last }
    })
    let next = Infinity
    for (const entry of [...timed].reverse())
        next = entry.at = Math.min(entry.at, next)
    return timed
}

function identity({ level, mark, message }: LogLine): string {
    return `${level} [${mark}] ${message}`
}
