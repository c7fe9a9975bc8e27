// Takes settings files over the air: the one way for all sources. A file that is taken is committed
// and the device restarts with it, on probation: a start by the new settings is part of the proof.
import { Clock } from "../platform"
import { ERROR, Logger, NOTICE, WARNING } from "../log"
import { CheckedSettings, SettingsFile } from "../settings"
import { findFailing, TaskView } from "./crashes"
import { newErrand } from "./errand"
import { messageOf } from "./errors"
import { bodyHash, parseFile, SignedFile } from "./file"
import { GuardReport } from "./guard"
import { PartCollector } from "./parts"
import { Pieces } from "./pieces"
import {
    activeRecord,
    COLLECTOR,
    judgeOffer,
    oldReason,
    OtaRecord,
    OtaState,
    probationRecord,
    SOURCE,
} from "./probation"
import { decodeRecord, encodeRecord, takeBack } from "./record"
import { msOf, OtaSettings, textOf } from "./settings"
import { isAuthentic, isFor, openBody, TrustedKeys } from "./verify"

/** Why an offer has to wait. */
const CHECKING = "another file is being checked"
const RESTARTING = "the board restarts"

/** What a board says of its version: to its source, over the bus, to the log. */
export interface OtaStatus {
    device: string
    /** Version of the running settings file; 0: none came over the air yet. */
    version: number
    /** Hash of its body; empty for version 0. */
    hash: string
    state: OtaState
    /** Why the last version was refused or taken back; empty otherwise. */
    reason: string
}

/** What became of an offer. */
export interface OtaVerdict {
    /** `ignored`: it is for other boards; `busy`: try again later. */
    state: OtaState | "ignored" | "busy"
    reason: string
}

/** What updates stand on. */
export interface OtaParts {
    clock: Clock
    settings: OtaSettings
    /** Checks the text of a settings file, on top of the build's settings. */
    check: (text: string) => Promise<CheckedSettings>
    file: SettingsFile
    /** The tasks, of which none may start to fail; undefined where there are none. */
    tasks?: TaskView
    log: Logger
    /** Identifier of the board, 16 hexadecimal digits in lower case. */
    device: string
    /** What `guardStart` has reported. */
    guard: GuardReport
    /** Whether an error that is logged now reaches a collector. */
    hasCollector: () => boolean
    /** Whether only core tasks run, as starts were too short; undefined where there is no such mode. */
    isSafe?: () => boolean
    /** Restarts the device, after what is queued has been written and sent. */
    restart: () => void
}

/** The updates of a board; the functions of this file work on it. */
export class Ota {
    /** Questions for a file; one that is right, or nothing new, is not for nothing. */
    readonly source = newErrand()
    /** Reports of versions. */
    readonly report = newErrand()
    /** Number of the last state that was announced: whoever reports has something to do. */
    announced = 0
    /** Why the last offer was refused; empty when none was. */
    refusal = ""
    /** Why an offer has to wait; empty when it need not. */
    busy = ""
    /** Errors reached a collector at the last look: syslog has no socket while a file is pulled. */
    hasCollector = false
    /** Tasks that fail. */
    readonly failing: string[] = []
    readonly collector = new PartCollector()
    readonly startedAt: number

    constructor(readonly parts: OtaParts) {
        const { clock, log, guard } = parts
        this.startedAt = clock.millis()
        if (guard.problem) log.error("{0}", guard.problem)
        announce(this, guard.isBack ? ERROR : NOTICE)
    }
}

/** What is known of versions. */
export function otaRecord({ parts }: Ota): OtaRecord {
    return decodeRecord(parts.file.state())
}

/** What a board says of its version. */
export function otaStatus(ota: Ota): OtaStatus {
    const { version, hash, state, reason } = otaRecord(ota)
    const { refusal, parts } = ota
    return {
        device: parts.device,
        version,
        hash,
        state: refusal ? "refused" : state,
        reason: refusal || reason,
    }
}

/** What the board trusts; undefined without a key: updates are off. */
export function trustedKeys({ parts }: Ota): TrustedKeys | undefined {
    const key = textOf(parts.settings, "OTA_KEY")
    const publicKey = textOf(parts.settings, "OTA_PUBKEY")
    return key || publicKey ? { key, publicKey } : undefined
}

/**
 * Takes a file, or says why not. One at a time, and to its end.
 * @param isPulled it is from `OTA_URL`
 */
export async function offerFile(
    ota: Ota,
    pieces: Pieces,
    isPulled = false
): Promise<OtaVerdict> {
    if (ota.busy) return { state: "busy", reason: ota.busy }
    ota.busy = CHECKING
    let verdict: OtaVerdict
    try {
        verdict = await judge(ota, pieces, isPulled)
    } catch (e: any) {
        verdict = refuse(ota, `not kept: ${messageOf(e)}`)
    }
    if (ota.busy === CHECKING) ota.busy = ""
    return verdict
}

/**
 * Takes a part of a file, as a message or a packet brings it; see `PartCollector`.
 * @returns undefined while parts are missing
 */
export async function offerPart(
    ota: Ota,
    id: number,
    offset: number,
    total: number,
    part: Buffer
): Promise<OtaVerdict | undefined> {
    const now = ota.parts.clock.millis()
    const pieces = ota.collector.add(id, offset, total, part, now)
    return pieces && (await offerFile(ota, pieces))
}

/** Looks after tasks and probation; to be called about once a second. */
export async function watchProbation(ota: Ota): Promise<void> {
    const { clock, file, tasks, hasCollector } = ota.parts
    const now = clock.millis()
    ota.hasCollector = hasCollector()
    const elapsed = now - ota.startedAt
    if (tasks) findFailing(tasks, ota.failing, elapsed)
    ota.collector.expire(now)
    const record = otaRecord(ota)
    if (record.state !== "probation" || ota.busy) return
    const { seconds, version, hash } = record
    const isOver = elapsed >= seconds * 1000
    const fault = probationFault(ota, record, isOver)
    if (fault) {
        await takeBack(file, record, fault)
        announce(ota, ERROR)
        restart(ota)
    } else if (isOver) {
        await file.setState(encodeRecord(activeRecord(version, hash)))
        announce(ota, NOTICE)
    }
}

/** What is wrong with the version on probation; empty while nothing is. */
function probationFault(
    { parts, failing, source, hasCollector }: Ota,
    record: OtaRecord,
    isOver: boolean
): string {
    const { isSafe, settings } = parts
    const wantsSource = (record.links & SOURCE) !== 0
    const wantsCollector = (record.links & COLLECTOR) !== 0
    if (isSafe && isSafe()) return "safe mode"
    if (failing.length > record.failing) return `failing: ${failing.join(", ")}`
    if (wantsSource && !textOf(settings, "OTA_URL"))
        return "source out of reach: OTA_URL is empty"
    if (isOver && wantsCollector && !hasCollector)
        return "no line reaches the collector"
    return isOver && wantsSource && !source.isReached
        ? `source out of reach: ${source.problem}`
        : ""
}

async function judge(
    ota: Ota,
    pieces: Pieces,
    isPulled: boolean
): Promise<OtaVerdict> {
    const keys = trustedKeys(ota)
    if (!keys) return verdict("refused", "updates are off")
    const file = await parseFile(pieces)
    if (typeof file === "string") return refuse(ota, file)
    if (!isFor(file, ota.parts.device))
        return file.share > 0
            ? verdict("ignored", "for another share of the boards")
            : verdict("refused", "for another board")
    const record = otaRecord(ota)
    const { version } = file
    const hash = bodyHash(file)
    const judgement = judgeOffer(record, version, hash)
    if (judgement === "same") {
        ota.refusal = ""
        return verdict(record.state, record.reason)
    }
    if (judgement === "old") return refuse(ota, oldReason(record, version))
    if (judgement === "busy")
        return verdict("busy", `version ${record.version} is on probation`)
    if (!(await isAuthentic(file, keys)))
        return refuse(ota, `version ${version}: wrong signature`)
    const text = await openBody(file, keys.key)
    const fault = await bodyFault(ota, file, text, keys)
    if (fault) return refuse(ota, `version ${version}: ${fault}`)
    return await take(ota, version, hash, text, isPulled)
}

/** Why the settings of a file cannot be taken; empty when they can. */
async function bodyFault(
    ota: Ota,
    file: SignedFile,
    text: string | undefined,
    { key, publicKey }: TrustedKeys
): Promise<string> {
    if (text === undefined) return "cannot be opened"
    const { problems, texts } = await ota.parts.check(text)
    // what has no line is a problem of the build, with which the board lives already
    const wrong = problems.find(p => p.line !== undefined)
    if (wrong) return wrong.message
    const after: TrustedKeys = {
        key: texts["OTA_KEY"] ? texts["OTA_KEY"].text : "",
        publicKey: texts["OTA_PUBKEY"] ? texts["OTA_PUBKEY"].text : "",
    }
    if (!after.key && !after.publicKey) return "it turns updates off"
    // a file that changes the key is signed by the new one, too: it can be no mistake then
    const isSame = after.key === key && after.publicKey === publicKey
    return isSame || (await isAuthentic(file, after))
        ? ""
        : "it sets a key that did not sign it"
}

async function take(
    ota: Ota,
    version: number,
    hash: string,
    text: string,
    isPulled: boolean
): Promise<OtaVerdict> {
    const { file, settings } = ota.parts
    const staged = await file.stage(text)
    const collector = ota.hasCollector ? COLLECTOR : 0
    const source = isPulled || ota.source.isReached ? SOURCE : 0
    const record = staged.unchanged
        ? activeRecord(version, hash)
        : probationRecord(
              version,
              hash,
              collector | source,
              ota.failing.length,
              Math.idiv(msOf(settings, "OTA_PROBATION"), 1000)
          )
    await file.commit(staged, encodeRecord(record))
    ota.refusal = ""
    announce(ota, NOTICE)
    if (!staged.unchanged) restart(ota)
    return verdict(record.state, "")
}

function restart(ota: Ota): void {
    ota.busy = RESTARTING
    ota.parts.restart()
}

function refuse(ota: Ota, reason: string): OtaVerdict {
    if (reason !== ota.refusal) {
        ota.refusal = reason
        announce(ota, WARNING)
    }
    return verdict("refused", reason)
}

function verdict(state: OtaVerdict["state"], reason: string): OtaVerdict {
    return { state, reason }
}

/** Tells the state: to the log in one record, and to whoever reports. */
function announce(ota: Ota, level: number): void {
    const { version, hash, state, reason } = otaStatus(ota)
    const meta = { config: version, state, reason, hash }
    ota.parts.log
        .with(meta)
        .log(
            level,
            "config {0}: {1}{2}",
            version,
            state,
            reason ? `, ${reason}` : ""
        )
    ota.announced++
}
