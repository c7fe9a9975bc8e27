/** Something that is asked of a server now and then. */
export interface Errand {
    /** Uptime of the next attempt, ms. */
    at: number
    /** Time between two attempts while they fail, ms; 0 after one that did not. */
    retryMs: number
    /** Why the last attempt was for nothing; empty when it was not. */
    problem: string
    /** An attempt was not for nothing since the start. */
    isReached: boolean
}

/** An errand that nobody has run yet. */
export function newErrand(): Errand {
    return { at: 0, retryMs: 0, problem: "not asked yet", isReached: false }
}
