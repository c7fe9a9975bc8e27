import { Signal } from "../../../platform"
import { PendingLine } from "./line"

/** Something a caller waits for; its turn comes when the lines logged before it are stored. */
export interface Command {
    run: () => Promise<void>
    /** The last line before it; undefined when none waits. */
    after: PendingLine | undefined
    done: Signal
    ok: boolean
}

/** A command whose turn comes after line `after`. */
export function command(
    run: () => Promise<void>,
    after: PendingLine | undefined
): Command {
    return { run, after, done: new Signal(), ok: false }
}
