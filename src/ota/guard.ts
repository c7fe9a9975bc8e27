import { readFile, setFileState, SettingsFile } from "../settings"
import { MAX_STARTS, OtaRecord } from "./probation"
import { decodeRecord, encodeRecord, takeBack } from "./record"

/** What the guard found and did at a start. */
export interface GuardReport {
    /** What is known of versions. */
    record: OtaRecord
    /** The last good version was put back now. */
    isBack: boolean
    /** What went wrong; undefined when nothing did. */
    problem: string
}

/**
 * Counts the starts of a version on probation, and puts the last good one back when there were too
 * many. To be called before the settings are read: nothing that they say can stop the way back.
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
