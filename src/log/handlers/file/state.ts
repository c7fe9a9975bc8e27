import * as ds from "@devicescript/core"
import { MAX_VALUE_BYTES, Signal } from "../../../platform"
import { BoundedQueue } from "../../queue"
import { PendingLine } from "./line"
import { FileOptions, FileSettings } from "./options"
import { logId } from "./segment"

/** Most problems that are remembered. */
const MAX_PROBLEMS = 16
/** Slot state: never written, so using it makes the live data of the store grow. */
export const VIRGIN = -1
/** Slot state: holds nothing of this log. */
export const JUNK = 0

/** Something a caller waits for; its turn comes when the lines logged before it are stored. */
export interface Command {
    run: (log: FlashLog) => Promise<void>
    /** How many lines the queue has delivered by then. */
    after: number
    done: Signal
    ok: boolean
}

/**
 * All that one log knows, as plain data: on this VM each class and each method costs heap.
 * `recovery` fills it from the slots, `writer` stores lines, `worker` says when, `reader` reads.
 */
export interface FlashLog {
    filename: string
    /** Id by the file name; segments of others are left out and may be overwritten. */
    id: number
    options: FileOptions
    settings: FileSettings
    /** Lines that wait for their write. */
    queue: BoundedQueue<PendingLine>
    /** What was skipped or refused since the start, one line each, oldest first. */
    problems: string[]
    /** The slots have been read. */
    isOpen: boolean

    /** Per slot: sequence number of its segment, VIRGIN or JUNK. */
    seqs: number[]
    /** Sequence numbers with which the files that count begin, the current one first. */
    starts: number[]
    /** Sequence number of the oldest segment that counts. */
    oldest: number
    /** Sequence number of the last segment in flash. */
    written: number
    /** Bytes of the current file: text of whole lines, and one for each line end. */
    size: number
    /** Unix time in seconds of the current file's first line; undefined while not known. */
    since: number | undefined

    /** The one segment in RAM, the last of the log, to which lines are added. */
    buffer: Buffer
    seq: number
    /** Bytes of its payload in use. */
    used: number
    /** Offset in its payload of the first line that starts in it. */
    first: number
    /** The last line that started in it. */
    last: PendingLine | undefined
    /** Bytes of it that are not in flash yet. */
    dirty: number
    /** The line that is being stored, and how much of its text is; -1 before its head. */
    line: PendingLine | undefined
    at: number

    commands: Command[]
    /** Wakes the fiber that stores lines, which is there only while something waits. */
    signal: Signal
    fiber: ds.Fiber
    closed: boolean
    /** What waits is to be written at once. */
    urgent: boolean
    /** When what waits has to be written, or tried again, in clock ms; undefined: none waits. */
    lateAt: number | undefined
    /** Wait after the last failure in ms, 0 when there was none. */
    retry: number

    /** Bytes of lines stored since the start, line ends included. */
    taken: number
    writes: number
    programmed: number
}

/** A log of which nothing is known yet. */
export function newLog(
    filename: string,
    options: FileOptions,
    settings: FileSettings
): FlashLog {
    return {
        filename,
        id: logId(filename),
        options,
        settings,
        queue: new BoundedQueue<PendingLine>({ bytes: 2048 }),
        problems: [],
        isOpen: false,
        seqs: [],
        starts: [],
        oldest: 1,
        written: 0,
        size: 0,
        since: undefined,
        buffer: Buffer.alloc(MAX_VALUE_BYTES),
        seq: 0,
        used: 0,
        first: 0,
        last: undefined,
        dirty: 0,
        line: undefined,
        at: 0,
        commands: [],
        signal: new Signal(),
        fiber: undefined,
        closed: false,
        urgent: false,
        lateAt: undefined,
        retry: 0,
        taken: 0,
        writes: 0,
        programmed: 0,
    }
}

/** Remembers a problem and tells it, unless it is known. */
export function note(log: FlashLog, text: string): void {
    if (log.problems.indexOf(text) < 0) tell(log, text)
}

/** Remembers a problem and tells it, each time it comes. */
export function tell(log: FlashLog, text: string): void {
    const { problems, options } = log
    if (problems.length === MAX_PROBLEMS) problems.shift()
    problems.push(text)
    if (options.onProblem) options.onProblem(text)
}
