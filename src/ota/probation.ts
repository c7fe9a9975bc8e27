// What a board knows of its versions, and how it decides on an offer and a roll-back. Pure: no flash,
// no clock, no VM, so that it can be tested against a model (test/host/ota-probation.test.ts).
// What must hold: the highest version only goes up; a version that was taken back is never taken
// again; during a probation no other version is taken, since the last good one is in the idle set.

/** State of the running version. `refused` is reported after a refused offer, and not kept. */
export type OtaState = "active" | "probation" | "rolled-back" | "refused"

/** Number of the start on probation that goes back to the last good version. */
export const MAX_STARTS = 3
/** Longest reason that is kept, in characters. */
export const MAX_REASON = 60

/** Bits of `links`: what was in reach when a version was taken, and must be when probation ends. */
export const COLLECTOR = 1
export const SOURCE = 2

/** Reasons for the verdict `busy`, after which the sender offers the file again. */
export const CHECKING = "another file is being checked"
export const RESTARTING = "the board restarts"
export const STARTING = "the board has just started"
/** Reasons for which parts of a file are not taken, after which the sender begins again. */
export const RECEIVING = "another file is being received, try again"
export const PART_MISSING = "a part is missing, begin again"
/** What follows the version in the reason for not taking another one meanwhile. */
export const ON_PROBATION = "is on probation"

/** What is kept of versions, committed with the settings file in one write. */
export interface OtaRecord {
    state: OtaState
    /** Version of the running settings file; 0: none came over the air yet. */
    version: number
    /** Hash of its body; empty for version 0. */
    hash: string
    /** Highest version that was ever taken: above `version` after a roll-back. */
    highest: number
    /** Why the highest version was taken back; empty unless it was. */
    reason: string
    /** On probation: starts so far. */
    starts?: number
    /** On probation: bits of what was in reach when the version was taken. */
    links?: number
    /** On probation: the marks of the tasks that were failing when the version was taken. */
    failing?: number
    /** On probation: how long it takes, in s, by the settings before the version. */
    seconds?: number
}

/** The record of a version that has passed, or needs no probation; version 0 for no file. */
export function activeRecord(version: number, hash: string): OtaRecord {
    return { state: "active", version, hash, highest: version, reason: "" }
}

/**
 * The record of a version on probation.
 * @param links, failing, seconds as in `OtaRecord`
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
 * The record of the last good version, after a newer one was taken back.
 * @param good the record of the last good version when it ran
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

/** The answer to an offer. */
export interface OtaVerdict {
    /** `ignored`: the file is for other boards; `busy`: offer it again later. */
    state: OtaState | "ignored" | "busy"
    /** Why the file was not taken, or the running version was taken back; empty otherwise. */
    reason: string
}

/**
 * Judges an offer by its version and hash.
 * @returns the record for the running version; `refused` for one that is not above the highest one,
 * `busy` during a probation; undefined for a version that may be taken
 */
export function judgeOffer(
    record: OtaRecord,
    version: number,
    hash: string
): OtaVerdict | undefined {
    const { state, version: running, reason, highest } = record
    if (version === running && hash === record.hash) return record
    if (version <= highest)
        return {
            state: "refused",
            reason:
                reason && version === highest
                    ? `it was taken back: ${reason}`
                    : `it is not above ${highest}`,
        }
    return state === "probation"
        ? { state: "busy", reason: `version ${running} ${ON_PROBATION}` }
        : undefined
}
