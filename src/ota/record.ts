import { FileState, SettingsFile } from "../settings"
import { MAX_REASON, NO_VERSION, OtaRecord, OtaState } from "./probation"

/**
 * The record of versions as it lies beside the settings file, in the note of its commit record.
 * Little-endian:
 *
 *     0  u8   format
 *     1  u8   state, see STATES
 *     2  u8   links
 *     3  u8   starts
 *     4  u16  seconds
 *     6  u32  highest version
 *    10  u32  version that was taken back
 *    14  u8   failing
 *    15  ...  hash of the running version, 8 bytes
 *    23  ...  reason
 */
const FORMAT = 1
const STATES: OtaState[] = ["active", "probation", "rolled-back"]
const STATE = 1
const LINKS = 2
const STARTS = 3
const SECONDS = 4
const HIGHEST = 6
const REFUSED = 10
const FAILING = 14
const HASH = 15
const REASON = 23

/** The state of the settings file that goes with a record. */
export function encodeRecord(record: OtaRecord): FileState {
    const reason = Buffer.from(record.reason)
    const length = Math.min(reason.length, MAX_REASON)
    const note = Buffer.alloc(REASON + length)
    note[0] = FORMAT
    note[STATE] = STATES.indexOf(record.state)
    note[LINKS] = record.links
    note[STARTS] = record.starts
    note[FAILING] = Math.min(record.failing, 255)
    note.setAt(SECONDS, "u16", record.seconds)
    note.setAt(HIGHEST, "u32", record.highest)
    note.setAt(REFUSED, "u32", record.refused)
    note.set(Buffer.from(record.hash, "hex"), HASH)
    note.blitAt(REASON, reason, 0, length)
    return {
        version: record.version,
        note,
        keepPrevious: record.state === "probation",
    }
}

/** The record that goes with a state of the settings file; that of no version when there is none. */
export function decodeRecord({ version, note }: FileState): OtaRecord {
    if (note.length < REASON || note[0] !== FORMAT) return NO_VERSION
    const hash = note.slice(HASH, REASON).toString("hex")
    return {
        state: STATES[note[STATE]] || "active",
        version,
        hash: version > 0 ? hash : "",
        highest: note.getAt(HIGHEST, "u32"),
        starts: note[STARTS],
        links: note[LINKS],
        failing: note[FAILING],
        seconds: note.getAt(SECONDS, "u16"),
        refused: note.getAt(REFUSED, "u32"),
        reason: note.slice(REASON, note.length).toString(),
    }
}

/** Puts the last good version back, in one write. */
export async function takeBack(
    file: SettingsFile,
    takenBack: (good: OtaRecord) => OtaRecord
): Promise<void> {
    const good = await file.previous()
    const record = takenBack(good ? decodeRecord(good) : NO_VERSION)
    await file.rollBack(encodeRecord(record))
}
