import { SettingsFile } from "../settings"
import { messageOf } from "./errors"
import { MAX_STARTS, OtaRecord, started, takenBack } from "./probation"
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
        const stored = await file.read()
        if (!stored) return report
        const record = decodeRecord(stored)
        if (record.state !== "probation") return report
        const next = started(record)
        if (next) await file.setState(encodeRecord(next))
        else {
            await takeBack(file, good => givenUp(good, record))
            report.isBack = true
        }
    } catch (e: any) {
        report.problem = messageOf(e)
    }
    return report
}

function givenUp(good: OtaRecord, bad: OtaRecord): OtaRecord {
    return takenBack(good, bad, `${MAX_STARTS} starts in probation`)
}
