// What a board knows of its versions, and what it makes of an offer, a start and a fault. Pure: no
// flash, no clock, no VM, so that a model can be held against it (test/host/ota-probation.test.ts).
// What must hold: the highest version only goes up; a version that was taken back is never taken
// again; while one is on probation no other is taken, as the last good one lies in the idle set.

/** What holds of the running version. `refused` is told of an offer, and kept nowhere. */
export type OtaState = "active" | "probation" | "rolled-back" | "refused"

/** Starts on probation: the next one goes back to the last good version. */
export const MAX_STARTS = 3
/** Longest reason that is kept, in bytes. */
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
    /** Highest version that was ever taken. */
    highest: number
    /** Starts on probation. */
    starts: number
    links: number
    /** Tasks that failed, or crashed in a loop, before the version was taken. */
    failing: number
    /** How long the version has to hold, in seconds, by the settings before it. */
    seconds: number
    /** The version that was taken back last; 0: none. */
    refused: number
    /** Why it was. */
    reason: string
}

/** A board that never got a file. */
export const NO_VERSION: OtaRecord = {
    state: "active",
    version: 0,
    hash: "",
    highest: 0,
    starts: 0,
    links: 0,
    failing: 0,
    seconds: 0,
    refused: 0,
    reason: "",
}

/** What becomes of an offer: `new` and `same` need no words. */
export type Judgement = "new" | "same" | "busy" | "old"

/** Whether a version is to be taken, before anything of it is verified. */
export function judgeOffer(
    record: OtaRecord,
    version: number,
    hash: string
): Judgement {
    if (version === record.version && hash === record.hash) return "same"
    if (version <= record.highest) return "old"
    return record.state === "probation" ? "busy" : "new"
}

/** Why a version that is not high enough is refused. */
export function oldReason(record: OtaRecord, version: number): string {
    const { refused, reason, highest } = record
    return version === refused
        ? `version ${version} was taken back: ${reason}`
        : `version ${version} is not above ${highest}`
}

/** How things were when a version was taken. */
export type Before = Pick<OtaRecord, "links" | "failing" | "seconds">

/** The record of a version that is taken, to be put on probation. */
export function taken(
    record: OtaRecord,
    version: number,
    hash: string,
    before: Before
): OtaRecord {
    return {
        ...record,
        ...before,
        state: "probation",
        version,
        hash,
        highest: version,
        starts: 0,
    }
}

/** The record of a version whose settings are those that run already: nothing is to be proven. */
export function renamed(
    record: OtaRecord,
    version: number,
    hash: string
): OtaRecord {
    return { ...record, state: "active", version, hash, highest: version }
}

/** The record after a start; undefined when the start leads back to the last good version. */
export function started(record: OtaRecord): OtaRecord | undefined {
    const starts = record.starts + 1
    return starts >= MAX_STARTS ? undefined : { ...record, starts }
}

/** The record of a version that has held. */
export function proven(record: OtaRecord): OtaRecord {
    return { ...record, state: "active", starts: 0 }
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
    return {
        ...good,
        state: "rolled-back",
        highest: bad.highest,
        starts: 0,
        refused: bad.version,
        reason: reason.slice(0, MAX_REASON),
    }
}
