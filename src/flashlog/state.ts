import * as ds from "@devicescript/core"
import { MAX_VALUE_BYTES, Signal } from "../platform"
import { BoundedQueue } from "../log"
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
 * The state of one log, as plain data: on this VM each class and each method costs heap.
 * `recovery` fills it from the slots, `writer` stores lines, `worker` decides when, `reader` reads.
 */
export interface FlashLog {
    /** Bytes in the queue at which `emit` wakes the fiber; Infinity: it wakes by itself. */
    wakeBytes: number
    /** Lines queued for their write: number (see `tag`), a blank and text. */
    queue: BoundedQueue<string>
    options: FileSetup
    /** Identity of its segments (see `identityOf`) less their sequence number. */
    key: number

    /** The logs of the same store, this one among them while it is open. */
    peers: FlashLog[]
    /** What each slot of the store holds: the identity of a segment, or VIRGIN. */
    slots: number[]
    /** Number of slots that the log may hold. */
    share: number
    /**
     * Sequence numbers with which the files that count begin, the current one first; empty
     * until the slots have been read.
     */
    starts: number[]
    /** The last of `starts`: the first segment that counts; 1 until the slots have been read. */
    oldest: number
    /** Sequence number of the last segment in flash. */
    written: number
    /** Unix time, in seconds, of the current file's first line that has one; below 0 = unknown. */
    since: number

    /** The one segment in RAM, the last of the log, to which lines are added. */
    buffer: Buffer
    /** Sequence number of the segment in `buffer`. */
    seq: number
    /** Bytes of the current file: text of whole lines, and one for each line end. */
    size: number
    /** Bytes of the payload of `buffer` in use. */
    used: number
    /** Stamp (see `tag`) of the last line that started in `buffer`, NaN for none. */
    last: number
    /** Bytes of `buffer` that are not in flash yet. */
    dirty: number
    /** Text of the line that is being stored; null = none. */
    text: string
    /** 16 times its stamp, plus its level. A stamp is in seconds: Unix time, or -1 minus uptime. */
    tag: number
    /** Bytes of the text that are stored; -1 before the head is. */
    stored: number

    commands: Command[]
    /** The fiber that stores lines; it exists only while there is work. */
    fiber: ds.Fiber
    /** Whether the fiber is suspended until `dueAt`, or until it is woken. */
    resting: boolean
    closed: boolean
    /** Whether recovery found a damaged slot. */
    hasDamage: boolean
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

/**
 * The state at the start, as JSON, which takes neither code nor heap. It has all fields: one that
 * was added later would move the object to a larger block of heap, which a board may no longer have.
 */
const START = `{
    "wakeBytes":0, "queue":null, "options":null, "key":0, "peers":null, "slots":null, "share":0,
    "starts":[], "oldest":1, "written":0, "since":0, "buffer":null, "seq":0, "size":0, "used":0,
    "last":0, "dirty":0, "text":null, "tag":0, "stored":0, "commands":[], "fiber":null,
    "resting":false, "closed":false, "hasDamage":false, "dueAt":0, "retry":0, "taken":0,
    "writes":0, "programmed":0, "problems":[]
}`

/** Makes the state of a log before anything of it is read. */
export function newLog(options: FileSetup): FlashLog {
    const { filename, flash } = options
    const id = logId(filename)
    const buffer = Buffer.alloc(MAX_VALUE_BYTES)
    buffer.setAt(ID, "u16", id)
    if (!flash.logs) {
        flash.logs = []
        flash.logSlots = []
    }
    const log: FlashLog = JSON.parse(START)
    log.queue = new BoundedQueue<string>({ bytes: 2048 })
    log.options = options
    log.key = id * SEQ_COUNT
    log.peers = flash.logs as FlashLog[]
    log.slots = flash.logSlots
    log.buffer = buffer
    log.dueAt = Infinity
    return log
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
