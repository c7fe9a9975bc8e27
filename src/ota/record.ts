// The record of versions as it is stored, in the note of the settings file's commit record: JSON,
// followed by the reason as plain text, since the VM's JSON garbles text that is not ASCII.
import {
    FileState,
    MAX_NOTE_BYTES,
    readPrevious,
    rollBackFile,
    SettingsFile,
} from "../settings"
import { activeRecord, OtaRecord, takenBack } from "./probation"

/** The state of the settings file for a record; a reason that is too long is cut. */
export function encodeRecord(record: OtaRecord): FileState {
    const { version, state, reason } = record
    record.reason = undefined
    let text = JSON.stringify(record) + reason
    record.reason = reason
    while (text.byteLength > MAX_NOTE_BYTES)
        text = text.slice(0, text.length - 1)
    const keepPrevious = state === "probation"
    return { version, note: Buffer.from(text), keepPrevious }
}

/** The record in a state of the settings file; that of version 0 when there is none. */
export function decodeRecord(state: FileState | undefined): OtaRecord {
    try {
        const text = state.note.toString()
        const end = text.indexOf("}") + 1
        const record = JSON.parse(text.slice(0, end)) as OtaRecord
        record.reason = text.slice(end)
        return record
    } catch (e: any) {
        // no file, or one that did not come over the air
        return activeRecord(0, "")
    }
}

/** Puts the last good version back, in one write. @returns the record from then on */
export async function takeBack(
    file: SettingsFile,
    bad: OtaRecord,
    reason: string
): Promise<OtaRecord> {
    const good = decodeRecord(await readPrevious(file))
    const record = takenBack(good, bad, reason)
    await rollBackFile(file, encodeRecord(record))
    return record
}
