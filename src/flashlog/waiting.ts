import { cut } from "../log"
import { PendingLine } from "./line"

/**
 * A line that waits for its write: level and kind as two digits, seconds, a blank and the text.
 * One string takes half of the heap that an object of the same would, and many of them wait.
 */
export type WaitingLine = string

/** Bytes besides text and name, at most. */
export const WAITING_BYTES = 16
/** Kind, in steps of 10: the text is as a formatter made it. */
export const FORMATTED = 10
/** Kind: the text is a message still, after the name of who logged it. */
export const NAMED = 30
/** Added to the kind when the time is Unix time. */
export const WALL = 10

/** The line as it is stored, its text cut to `bytes`. */
export function lineToStore(waiting: WaitingLine, bytes: number): PendingLine {
    let kind = parseInt(waiting.slice(0, 2))
    const blank = waiting.indexOf(" ")
    const seconds = parseInt(waiting.slice(2, blank))
    const text = waiting.slice(blank + 1)
    kind -= kind < NAMED ? FORMATTED : NAMED
    return {
        text: cut(text, bytes),
        level: kind % WALL,
        stamp: kind < WALL ? -1 - seconds : seconds,
    }
}
