import * as ds from "@devicescript/core"
import { ByteRing, MAX_VALUE_BYTES, Signal } from "../platform"
import { newQueue, QueueState } from "../log"
import { ID, logId, NO_LINE, FIRST, SEQ_COUNT } from "./format"
import { FileSetup } from "./options"

/** Most problems that are kept. */
const MAX_PROBLEMS = 16

/** Work that a caller waits for; it is done after the lines logged before it are stored. */
export interface Command {
    run: (log: FlashLog) => Promise<void>
    done: Signal
    ok: boolean
}

/**
 * Lines queued for their write, and the account of all lines. They lie in a byte ring, the last
 * `bytes` bytes before `end`: for each line a number (see `tag`), a blank, text and a byte 0.
 */
export interface LineQueue
    extends QueueState, Pick<ByteRing, "buffer" | "room" | "end"> {}

/**
 * The state of one log, as plain data: on this VM each class and each method costs heap.
 * `recovery` fills it from the slots, `writer` stores lines, `worker` decides when, `reader` reads.
 */
export interface FlashLog {
    /** Bytes in the queue at which `emit` wakes the fiber; Infinity: it wakes by itself. */
    wakeBytes: number
    queue: LineQueue
    options: FileSetup
    /** Identity of its segments (see `identityOf`) less their sequence number. */
    readonly key: number

    /** The logs of the same store, this one among them while it is open. */
    readonly peers: FlashLog[]
    /** What each slot of the store holds: the identity of a segment, or VIRGIN. */
    readonly slots: number[]
    /** Number of slots that the log may hold. */
    share?: number
    /**
     * Sequence numbers with which the files that count begin, the current one first; empty
     * until the slots have been read.
     */
    starts: number[]
    /** The last of `starts`: the first segment that counts; 1 until the slots have been read. */
    oldest: number
    /** Where the first line of this run starts (see `cursorOf`). */
    began?: number
    /** Sequence number of the last segment in flash. */
    written?: number
    /** Unix time, in seconds, of the current file's first line that has one; below 0 = unknown. */
    since?: number

    /** The one segment in RAM, the last of the log, to which lines are added. */
    buffer: Buffer
    /** Sequence number of the segment in `buffer`. */
    seq: number
    /** Bytes of the current file: text of whole lines, and one for each line end. */
    size?: number
    /** Bytes of the payload of `buffer` in use. */
    used?: number
    /** Stamp (see `tag`) of the last line that started in `buffer`, NaN for none. */
    last?: number
    /** Bytes of `buffer` that are not in flash yet. */
    dirty: number
    /** Text of the line that is being stored; undefined = none. */
    text?: string
    /** 16 times its stamp, plus its level. A stamp is in seconds: Unix time, or -1 minus uptime. */
    tag?: number
    /** Bytes of the text that are stored; -1 before the head is. */
    stored?: number

    commands: Command[]
    /** The fiber that stores lines; it exists only while there is work. */
    fiber?: ds.Fiber
    /** Whether the fiber is suspended until `dueAt`, or until it is woken. */
    resting?: boolean
    closed?: boolean
    /** Whether recovery found a damaged slot. */
    hasDamage?: boolean
    /** Time of the next write or retry, in ms since start; Infinity = never. */
    dueAt: number
    /** Delay after the last failure, in ms; 0 when there was none since a success. */
    retry: number

    /** Figures since the start, see `FileStats`; `taken` is its `bytes`. */
    taken: number
    writes: number
    programmed: number
    /** The last MAX_PROBLEMS problems since the start, one line each, oldest first. */
    problems: string[]
}

/** Makes the state of a log before anything of it is read. */
export function newLog(options: FileSetup): FlashLog {
    const { filename, flash, queueBytes } = options
    const id = logId(filename)
    const buffer = Buffer.alloc(MAX_VALUE_BYTES)
    buffer.setAt(ID, "u16", id)
    if (!flash.logs) {
        flash.logs = []
        flash.logSlots = []
    }
    const queue = newQueue({ bytes: queueBytes }) as LineQueue
    queue.buffer = Buffer.alloc(queueBytes)
    queue.room = queueBytes
    queue.end = 0
    // all fields at once: a field added later would move the object to a larger block of heap,
    // which a board may no longer have
    return {
        wakeBytes: 0,
        queue,
        options,
        key: id * SEQ_COUNT,
        peers: flash.logs as FlashLog[],
        slots: flash.logSlots,
        share: undefined,
        starts: [],
        oldest: 1,
        began: undefined,
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

/** Lets only the newest `count` files count. */
export function keepFiles(log: FlashLog, count: number): void {
    const { starts } = log
    while (starts.length > count) starts.pop()
    log.oldest = starts[starts.length - 1]
}

/** Begins an empty segment, `step` sequence numbers further. */
export function nextSegment(log: FlashLog, step: number): void {
    log.seq += step
    log.buffer[FIRST] = NO_LINE
    log.used = 0
    log.last = NaN
    log.dirty = 0
}

/** Keeps a problem and reports it, unless it is kept already. */
export function note(log: FlashLog, text: string): void {
    if (log.problems.indexOf(text) < 0) tell(log, text)
}

/** Keeps a problem and reports it each time. */
export function tell({ problems, options }: FlashLog, text: string): void {
    if (problems.length === MAX_PROBLEMS) problems.shift()
    problems.push(text)
    try {
        if (options.onProblem) options.onProblem(text)
    } catch (e: any) {
        // a listener that throws cannot stop the log
    }
}
