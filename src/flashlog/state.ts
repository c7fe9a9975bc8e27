import * as ds from "@devicescript/core"
import { MAX_LOG_SEGMENTS, MAX_VALUE_BYTES, Signal } from "../platform"
import { BoundedQueue, NONE } from "../log"
import { PendingLine } from "./line"
import { FileOptions } from "./options"
import { FIRST, ID, logId, NO_LINE, SEQ, SIZE } from "./segment"
import { WaitingLine } from "./waiting"

/** Most problems that are remembered. */
const MAX_PROBLEMS = 16
/** Slot state: never written, so using it makes the live data of the store grow. */
export const VIRGIN = 0xffffffff
/** Slot state: holds nothing of this log. */
export const JUNK = 0
/** Value of `wakeLevel`: what waits is to be written at once. */
export const URGENT = NONE - 1

/** Something a caller waits for; its turn comes when the lines logged before it are stored. */
export interface Command {
    run: (log: FlashLog) => Promise<void>
    /** How many lines the queue has delivered by then. */
    after: number
    done: Signal
    ok: boolean
}

/**
 * All that one log knows, as plain data: on this VM each class, each method and each field costs
 * heap, so what is seldom needed is not set before it is. `recovery` fills it from the slots,
 * `writer` stores lines, `worker` says when, `reader` reads.
 */
export interface FlashLog {
    /** A line of this level or worse, or so many bytes in the queue, want the fiber's attention. */
    wakeLevel: number
    wakeBytes: number
    /** Lines that wait for their write. */
    queue: BoundedQueue<WaitingLine>
    options: FileOptions
    filename: string
    /** Of its segments: from its name. */
    readonly id: number

    /** Per slot, 4 bytes each: sequence number of its segment, VIRGIN or JUNK. */
    slots: Buffer
    /**
     * Sequence numbers with which the files that count begin, the current one first; empty
     * until the slots have been read.
     */
    starts: number[]
    /** Sequence number of the last segment in flash. */
    written: number
    /** Unix time in seconds of the current file's first line, -1 while not known. */
    since: number

    /**
     * The one segment in RAM, the last of the log, to which lines are added. Its header holds
     * its sequence number, where its first line starts, and the size of the current file.
     */
    buffer: Buffer
    /** Bytes of its payload in use. */
    used: number
    /** Stamp in seconds of the last line that started in it, NaN for none. */
    last: number
    /** Bytes of it that are not in flash yet. */
    dirty: number
    /** The line that is being stored. */
    line: PendingLine | undefined
    /** How much of its text is stored; -1 before its head. */
    at: number

    commands: Command[]
    /** Stores lines; there only while something waits. */
    fiber: ds.Fiber
    /** The fiber has nothing to do before it is woken. */
    resting: boolean
    closed?: boolean
    /** Whether a slot was damaged at the start. */
    hasDamage?: boolean
    /** When what waits has to be written, or tried again, in clock ms; undefined: none waits. */
    lateAt: number | undefined
    /** Wait after the last failure in ms; 0 or undefined when there was none. */
    retry?: number

    /** Bytes of lines stored since the start, line ends included. */
    taken: number
    writes: number
    programmed: number
    /** What was skipped or refused since the start, one line each, oldest first. */
    problems?: string[]
}

/** A log of which nothing is known yet. */
export function newLog(filename: string, options: FileOptions): FlashLog {
    const buffer = Buffer.alloc(MAX_VALUE_BYTES)
    const id = logId(filename)
    buffer.setAt(ID, "u16", id)
    return {
        wakeLevel: options.flushLevel,
        wakeBytes: 0,
        queue: new BoundedQueue<WaitingLine>({ bytes: 2048 }),
        options,
        filename,
        id,
        slots: Buffer.alloc(4 * MAX_LOG_SEGMENTS),
        starts: [],
        written: 0,
        since: -1,
        buffer,
        used: 0,
        last: NaN,
        dirty: 0,
        line: undefined,
        at: 0,
        commands: [],
        fiber: undefined,
        resting: false,
        lateAt: undefined,
        taken: 0,
        writes: 0,
        programmed: 0,
    }
}

/** Sequence number of the segment in RAM. */
export function seqOf(log: FlashLog): number {
    return log.buffer.getAt(SEQ, "u32")
}

/** Bytes of the current file: text of whole lines, and one for each line end. */
export function sizeOf(log: FlashLog): number {
    return log.buffer.getAt(SIZE, "u16")
}

export function setSize(log: FlashLog, size: number): void {
    log.buffer.setAt(SIZE, "u16", size)
}

/** Goes on to the segment `step` numbers further, which is empty. */
export function nextSegment(log: FlashLog, step: number): void {
    const { buffer } = log
    buffer.setAt(SEQ, "u32", seqOf(log) + step)
    buffer[FIRST] = NO_LINE
    log.used = 0
    log.last = NaN
    log.dirty = 0
}

/** What slot `index` holds: a sequence number, VIRGIN or JUNK. */
export function inSlot(log: FlashLog, index: number): number {
    return log.slots.getAt(4 * index, "u32")
}

export function setSlot(log: FlashLog, index: number, content: number): void {
    log.slots.setAt(4 * index, "u32", content)
}

/** The first slot that holds `content`, -1 when none does. */
export function findSlot(log: FlashLog, content: number): number {
    for (let i = 0; i < MAX_LOG_SEGMENTS; ++i)
        if (inSlot(log, i) === content) return i
    return -1
}

/** Remembers a problem and tells it, unless it is known. */
export function note(log: FlashLog, text: string): void {
    const { problems } = log
    if (!problems || problems.indexOf(text) < 0) tell(log, text)
}

/** Remembers a problem and tells it, each time it comes. */
export function tell(log: FlashLog, text: string): void {
    if (!log.problems) log.problems = []
    const { problems, options } = log
    if (problems.length === MAX_PROBLEMS) problems.shift()
    problems.push(text)
    if (options.onProblem) options.onProblem(text)
}
