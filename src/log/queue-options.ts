import { Level } from "./levels"

/** Everything is taken. */
export const STAGE_ASYNC = "async"
/** Nearly full: only entries at `vital` or worse are taken, the rest are dropped. */
export const STAGE_DROP = "drop"
/** Nothing moved for too long: what was queued has just been thrown away, all of it. */
export const STAGE_FLUSH = "flush"

/** One of the STAGE constants. */
export type Stage = string

/** Limits and thresholds of a queue; what is left out keeps its value or takes the default. */
export interface QueueOptions {
    /** Most entries, 1 to 4096; 64 by default. */
    entries?: number
    /** Most bytes of all entries; 4096 by default. */
    bytes?: number
    /** Fill in percent of either limit at which dropping starts; 75 by default. */
    dropAt?: number
    /** Fill in percent of both limits at which dropping ends; 25 by default. */
    lowAt?: number
    /** Entries dropped in one overload after which the queue is flushed; 1000, 0 = never. */
    flushAfter?: number
    /** Entries of this level and worse may use what lies above `dropAt`; error by default. */
    vital?: Level
}

/** What became of the entries of a queue or handler: received = delivered + queued + dropped. */
export interface Account {
    received: number
    delivered: number
    queued: number
    dropped: number
}

/** Most entries a queue may be given: its slots alone take 16 bytes each. */
export const MAX_QUEUE_ENTRIES = 4096
