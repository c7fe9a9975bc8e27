import { readFile, setFileState, SettingsFile } from "../settings"
import { MAX_STARTS, OtaRecord } from "./probation"
import { decodeRecord, encodeRecord, takeBack } from "./record"

/** What the guard found and did at a start. */
export interface GuardReport {
    /** What is known of versions. */
    record: OtaRecord
    /** Whether this start has put the last good version back. */
    isBack: boolean
    /** What went wrong; undefined when nothing did. */
    problem: string
}

/**
 * Counts the starts of a version on probation; the start number MAX_STARTS puts the last good version
 * back. Call it before the settings are read, so that no setting can prevent the way back.
 * Never throws.
 */
export async function guardStart(file: SettingsFile): Promise<GuardReport> {
    let record = decodeRecord(undefined)
    let isBack = false
    let problem: string
    try {
        record = decodeRecord(await readFile(file))
        if (record.state === "probation") {
            record.starts++
            isBack = record.starts >= MAX_STARTS
            if (isBack)
                record = await takeBack(
                    file,
                    record,
                    `${MAX_STARTS} starts in probation`
                )
            else await setFileState(file, encodeRecord(record))
        }
    } catch (e: any) {
        problem = e.message
    }
    return { record, isBack, problem }
}
