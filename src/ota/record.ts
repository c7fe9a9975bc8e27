// The record of versions as it lies beside the settings file, in the note of its commit record: JSON
// with the reason behind it, as the VM's JSON does not give back what is not ASCII.
import {
    FileState,
    MAX_NOTE_BYTES,
    readPrevious,
    rollBackFile,
    SettingsFile,
} from "../settings"
import { activeRecord, OtaRecord, takenBack } from "./probation"

/** The state of the settings file that goes with a record. */
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

/** The record that goes with a state of the settings file; that of no version when there is none. */
export function decodeRecord(state: FileState | undefined): OtaRecord {
    try {
        const text = state.note.toString()
        const end = text.indexOf("}") + 1
        const record = JSON.parse(text.slice(0, end)) as OtaRecord
        record.reason = text.slice(end)
        return record
    } catch (e: any) {
        // no file, or one that was set on the board itself
        return activeRecord(0, "")
    }
}

/** Puts the last good version back, in one write. @returns what is known from then on */
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
