import { SettingsFile } from "../settings"
import { messageOf } from "./errors"
import { MAX_STARTS } from "./probation"
import { decodeRecord, encodeRecord, takeBack } from "./record"

/** What the guard did at a start. */
export interface GuardReport {
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
    const report: GuardReport = { isBack: false, problem: undefined }
    try {
        const record = decodeRecord(await file.read())
        if (record.state === "probation") {
            record.starts++
            if (record.starts < MAX_STARTS)
                await file.setState(encodeRecord(record))
            else {
                await takeBack(
                    file,
                    record,
                    `${MAX_STARTS} starts in probation`
                )
                report.isBack = true
            }
        }
    } catch (e: any) {
        report.problem = messageOf(e)
    }
    return report
}
