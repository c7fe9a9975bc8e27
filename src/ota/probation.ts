// What a board knows of its versions, and what it makes of an offer, a start and a fault. Pure: no
// flash, no clock, no VM, so that a model can be held against it (test/host/ota-probation.test.ts).
// What must hold: the highest version only goes up; a version that was taken back is never taken
// again; while one is on probation no other is taken, as the last good one lies in the idle set.

/** State of the running version. `refused` is reported for an offer, and kept nowhere. */
export type OtaState = "active" | "probation" | "rolled-back" | "refused"

/** Starts on probation: the next one goes back to the last good version. */
export const MAX_STARTS = 3
/** Longest reason that is kept, in characters. */
export const MAX_REASON = 60

/** Bits of `links`: what was in reach when a version was taken, and has to be again. */
export const COLLECTOR = 1
export const SOURCE = 2

/** What is kept of versions, in one write with the settings file. */
export interface OtaRecord {
    state: OtaState
    /** Version of the running settings file; 0: none came over the air yet. */
    version: number
    /** Hash of its body; empty for version 0. */
    hash: string
    /** Highest version that was ever taken: above `version` when it was taken back. */
    highest: number
    /** Why it was taken back; empty unless it was. */
    reason: string
    /** On probation: starts so far. */
    starts?: number
    links?: number
    /** Tasks that failed, or crashed in a loop, before the version was taken. */
    failing?: number
    /** How long the version has to hold, in seconds, by the settings before it. */
    seconds?: number
}

/** The record of a version that has held, or has nothing to prove; of none as version 0. */
export function activeRecord(version: number, hash: string): OtaRecord {
    return { state: "active", version, hash, highest: version, reason: "" }
}

/**
 * The record of a version that has to prove itself.
 * @param links, failing, seconds how things were when it was taken
 */
export function probationRecord(
    version: number,
    hash: string,
    links: number,
    failing: number,
    seconds: number
): OtaRecord {
    const record = activeRecord(version, hash)
    record.state = "probation"
    record.starts = 0
    record.links = links
    record.failing = failing
    record.seconds = seconds
    return record
}

/**
 * The record of the last good version after a newer one was taken back.
 * @param good what was known when it ran
 * @param bad the record of the version that is taken back
 */
export function takenBack(
    good: OtaRecord,
    bad: OtaRecord,
    reason: string
): OtaRecord {
    const record = activeRecord(good.version, good.hash)
    record.state = "rolled-back"
    record.highest = bad.highest
    record.reason = reason.slice(0, MAX_REASON)
    return record
}

/** What became of an offer. */
export interface OtaVerdict {
    /** `ignored`: it is for other boards; `busy`: try again later. */
    state: OtaState | "ignored" | "busy"
    reason: string
}

/**
 * What becomes of an offer before anything of it is verified.
 * @returns undefined for a version that is to be taken
 * @throws Error for one that is not high enough
 */
export function judgeOffer(
    { state, version: running, hash: own, reason, highest }: OtaRecord,
    version: number,
    hash: string
): OtaVerdict | undefined {
    if (version === running && hash === own) return { state, reason }
    if (version <= highest)
        throw new Error(
            reason && version === highest
                ? `it was taken back: ${reason}`
                : `it is not above ${highest}`
        )
    return state === "probation"
        ? { state: "busy", reason: `version ${running} is on probation` }
        : undefined
}
