import * as ds from "@devicescript/core"
import { MAX_VALUE_BYTES, Signal } from "../platform"
import { BoundedQueue } from "../log"
import { ID, logId, NO_LINE, FIRST, SEQ_COUNT } from "./format"
import { FileSetup } from "./options"

/** Most problems that are remembered. */
const MAX_PROBLEMS = 16

/** Something a caller waits for; its turn comes when the lines logged before it are stored. */
export interface Command {
    run: (log: FlashLog) => Promise<void>
    done: Signal
    ok: boolean
}

/**
 * All that one log knows, as plain data: on this VM each class, each method and each field costs
 * heap, so what is rarely needed is not set before it is. `recovery` fills it from the slots,
 * `writer` stores lines, `worker` decides when, `reader` reads.
 */
export interface FlashLog {
    /** So many bytes in the queue want the fiber's attention. */
    wakeBytes: number
    /** Lines that wait for their write: number (see `tag`), a blank and text. */
    queue: BoundedQueue<string>
    options: FileSetup
    /** Identity of its segments less their sequence number. */
    readonly key: number

    /** The logs of the same store, this one among them while it is open. */
    readonly peers: FlashLog[]
    /** What each slot of the store holds: identity of a segment, or VIRGIN. */
    readonly slots: number[]
    /** How many of them the log may hold. */
    share?: number
    /**
     * Sequence numbers with which the files that count begin, the current one first; empty
     * until the slots have been read.
     */
    starts: number[]
    /** The last of them: the first segment that counts; 1 until the slots have been read. */
    oldest: number
    /** Sequence number of the last segment in flash. */
    written?: number
    /** Unix time in seconds of the current file's first line, -1 while not known. */
    since?: number

    /** The one segment in RAM, the last of the log, to which lines are added. */
    buffer: Buffer
    /** Its sequence number. */
    seq: number
    /** Bytes of the current file: text of whole lines, and one for each line end. */
    size?: number
    /** Bytes of its payload in use. */
    used?: number
    /** Stamp of the last line that started in it, NaN for none. */
    last?: number
    /** Bytes of it that are not in flash yet. */
    dirty: number
    /** Text of the line that is being stored; undefined: none is. */
    text?: string
    /** 16 times its stamp, and its level. A stamp is seconds: Unix time, or -1 less the uptime. */
    tag?: number
    /** How much of the text is stored; -1 before its head. */
    stored?: number

    commands: Command[]
    /** Stores lines; there only while something waits. */
    fiber?: ds.Fiber
    /** The fiber has nothing to do before it is woken. */
    resting?: boolean
    closed?: boolean
    /** Whether a slot was damaged at the start. */
    hasDamage?: boolean
    /** Time of the next write or retry, in clock ms; Infinity: never. */
    dueAt: number
    /** Wait after the last failure in ms; 0 when there was none. */
    retry: number

    /** Bytes of lines stored since the start, line ends included. */
    taken: number
    writes: number
    programmed: number
    /** What was skipped or refused since the start, one line each, oldest first. */
    problems: string[]
}

/** A log of which nothing is known yet. */
export function newLog(options: FileSetup): FlashLog {
    const { filename, flash } = options
    const id = logId(filename)
    const buffer = Buffer.alloc(MAX_VALUE_BYTES)
    buffer.setAt(ID, "u16", id)
    if (!flash.logs) {
        flash.logs = []
        flash.logSlots = []
    }
    // all fields at once: an object that gets one more later on moves to a longer piece of heap,
    // which a board with little of it may not have any more
    return {
        wakeBytes: 0,
        queue: new BoundedQueue<string>({ bytes: 2048 }),
        options,
        key: id * SEQ_COUNT,
        peers: flash.logs as FlashLog[],
        slots: flash.logSlots,
        share: undefined,
        starts: [],
        oldest: 1,
        written: undefined,
        since: undefined,
        buffer,
        seq: 0,
        size: undefined,
        used: undefined,
        last: undefined,
        dirty: 0,
        text: undefined,
        tag: undefined,
        stored: undefined,
        commands: [],
        fiber: undefined,
        resting: undefined,
        closed: undefined,
        hasDamage: undefined,
        dueAt: Infinity,
        retry: 0,
        taken: 0,
        writes: 0,
        programmed: 0,
        problems: [],
    }
}

/** Lets the last `count` files count. */
export function keepFiles(log: FlashLog, count: number): void {
    const { starts } = log
    while (starts.length > count) starts.pop()
    log.oldest = starts[starts.length - 1]
}

/** Goes on to the segment `step` numbers further, which is empty. */
export function nextSegment(log: FlashLog, step: number): void {
    log.seq += step
    log.buffer[FIRST] = NO_LINE
    log.used = 0
    log.last = NaN
    log.dirty = 0
}

/** Remembers a problem and reports it, unless it is known. */
export function note(log: FlashLog, text: string): void {
    if (log.problems.indexOf(text) < 0) tell(log, text)
}

/** Remembers a problem and reports it, each time it comes. */
export function tell({ problems, options }: FlashLog, text: string): void {
    if (problems.length === MAX_PROBLEMS) problems.shift()
    problems.push(text)
    try {
        if (options.onProblem) options.onProblem(text)
    } catch (e: any) {
        // a listener that throws cannot stop the log
    }
}
