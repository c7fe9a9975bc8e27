// Takes settings files over the air: the one way for all sources. A file that is taken is committed
// and the device restarts with it, on probation: a start by the new settings is part of the proof.
import { Clock, piecesText } from "../platform"
import { ERROR, Logger, NOTICE, WARNING } from "../log"
import {
    checkFile,
    CheckedSettings,
    inTurn,
    isStored,
    replaceFile,
    setFileState,
    Settings,
    SettingsFile,
    settingText,
} from "../settings"
import { findFailing, TaskView } from "./crashes"
import { bodyHash, isFor, isShared, parseFile, SignedFile } from "./file"
import { GuardReport } from "./guard"
import { Pieces } from "./pieces"
import {
    activeRecord,
    COLLECTOR,
    judgeOffer,
    OtaRecord,
    OtaState,
    OtaVerdict,
    probationRecord,
} from "./probation"
import { encodeRecord, takeBack } from "./record"
import type { Opener } from "./seal"
import type { OTA_SETTINGS } from "./settings"
import type { TrustedKeys, Verifier } from "./verify"

/** A file whose parts stop arriving is forgotten after this time, ms. */
export const PARTS_TIMEOUT_MS = 300000
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

/** What updates stand on. */
export interface OtaParts {
    clock: Clock
    settings: Settings<typeof OTA_SETTINGS>
    file: SettingsFile
    /** Which signatures count: `verifyHmac` or `verifyLms`. */
    verify: Verifier
    /** Opens sealed files: `openSealed`; without it they are refused. */
    open?: Opener
    /** The tasks, of which none may start to fail; undefined where there are none. */
    tasks?: TaskView
    log: Logger
    /** Identifier of the board, 16 hexadecimal digits in lower case. */
    device: string
    /** What `guardStart` has reported. */
    guard: GuardReport
    /** Whether an error that is logged now reaches a collector. */
    hasCollector: () => boolean
    /** Restarts the device, after what is queued has been written and sent. */
    restart: () => void
}

/** The updates of a board; the functions of this folder work on it. */
export interface Ota extends OtaParts {
    /** What is known of versions. */
    record: OtaRecord
    /** Number of the last state that was announced: whoever reports has something to do. */
    announced: number
    /** Why the last offer was refused; empty when none was. */
    refusal: string
    /** Why an offer has to wait; empty when it need not. */
    busy: string
    /**
     * What is in reach, `COLLECTOR` and `SOURCE`. The first one at the last look: syslog has no
     * socket while a file is pulled.
     */
    links: number
    /** Why the source is not in reach. */
    sourceProblem: string
    /** Tasks that fail. */
    failing: string[]
    /** A file whose rest has not arrived yet, and the uptime of its last part. */
    received: Pieces
    heardAt: number
    startedAt: number
}

/**
 * The updates of a board.
 * @param parts the object is not the caller's any more
 */
export function startOta(parts: OtaParts): Ota {
    const { clock, log, guard } = parts
    const ota = parts as Ota
    ota.record = guard.record
    ota.announced = 0
    ota.refusal = ""
    ota.busy = ""
    ota.links = 0
    ota.sourceProblem = "not asked yet"
    ota.failing = []
    ota.startedAt = clock.millis()
    if (guard.problem) log.error("{0}", guard.problem)
    announce(ota, guard.isBack ? ERROR : NOTICE)
    return ota
}

/** What a board says of its version. */
export function otaStatus({ device, record, refusal }: Ota): OtaStatus {
    return {
        device,
        version: record.version,
        hash: record.hash,
        state: refusal ? "refused" : record.state,
        reason: refusal || record.reason,
    }
}

/** What a board trusts. */
function trustedKeys({ texts }: Pick<CheckedSettings, "texts">): TrustedKeys {
    return {
        key: settingText(texts, "OTA_KEY"),
        publicKey: settingText(texts, "OTA_PUBKEY"),
    }
}

/** Whether the board has a key: without one, updates are off. */
export function isOn({ settings }: Ota): boolean {
    return settings.get("OTA_KEY") + settings.get("OTA_PUBKEY") !== ""
}

/** Takes a file, or says why not. One at a time, and to its end. */
export async function offerFile(ota: Ota, pieces: Pieces): Promise<OtaVerdict> {
    if (ota.busy) return verdict("busy", ota.busy)
    ota.busy = CHECKING
    let what = "file"
    let result: OtaVerdict
    try {
        const file = parseFile(pieces)
        what = `version ${file.version}`
        result = await judge(ota, file)
    } catch (e: any) {
        result = verdict("refused", `${what}: ${e.message}`)
        if (result.reason !== ota.refusal) {
            ota.refusal = result.reason
            announce(ota, WARNING)
        }
    }
    if (ota.busy === CHECKING) ota.busy = ""
    return result
}

/** Looks after tasks and probation; to be called about once a second. */
export async function watchProbation(ota: Ota): Promise<void> {
    const { record, failing, clock, file, tasks } = ota
    const now = clock.millis()
    const elapsed = now - ota.startedAt
    ota.links &= ~COLLECTOR
    if (ota.hasCollector()) ota.links |= COLLECTOR
    if (tasks) findFailing(tasks, failing, elapsed)
    if (now - ota.heardAt > PARTS_TIMEOUT_MS) ota.received = undefined
    if (record.state !== "probation" || ota.busy) return
    const { seconds, version, hash } = record
    const isOver = elapsed >= seconds * 1000
    const fault = probationFault(ota, isOver)
    if (!fault && !isOver) return
    await inTurn(file, async () => {
        if (fault) return enter(ota, await takeBack(file, record, fault), ERROR)
        const proven = activeRecord(version, hash)
        await setFileState(file, encodeRecord(proven))
        enter(ota, proven, NOTICE)
    })
    if (fault) restart(ota)
}

/** What is wrong with the version on probation; empty while nothing is. */
function probationFault(ota: Ota, isOver: boolean): string {
    const { record, failing, tasks } = ota
    if (tasks && tasks.deviceStats().safe) return "safe mode"
    if (failing.length > record.failing) return `failing: ${failing.join(", ")}`
    const lost = isOver ? record.links & ~ota.links : 0
    if ((lost & COLLECTOR) !== 0) return "no line reaches the collector"
    return lost !== 0 ? `source out of reach: ${ota.sourceProblem}` : ""
}

/** @throws Error for a file that is refused */
async function judge(ota: Ota, file: SignedFile): Promise<OtaVerdict> {
    const { record, settings, verify } = ota
    const { version } = file
    const keys = trustedKeys(settings.held())
    if (keys.key + keys.publicKey === "") throw new Error("updates are off")
    if (!isFor(file, ota.device)) {
        if (isShared(file)) return verdict("ignored", "for other boards")
        throw new Error("for another board")
    }
    const hash = bodyHash(file)
    const known = judgeOffer(record, version, hash)
    if (known) {
        if (known.state !== "busy") ota.refusal = ""
        return known
    }
    if (!(await verify(file, keys))) throw new Error("wrong signature")
    const text = await openBody(ota, file, keys)
    const checked = await checkFile(settings, text)
    // what has no line is a problem of the build, with which the board lives already
    for (const problem of checked.problems)
        if (problem.line !== undefined) throw new Error(problem.message)
    // a file that changes the key is signed by the new one, too: it can be no mistake then
    if (!(await verify(file, trustedKeys(checked))))
        throw new Error("it sets a key that did not sign it")
    return await take(ota, version, hash, text)
}

/** The settings of a file. @throws Error when they cannot be opened */
async function openBody(
    { open }: Ota,
    file: SignedFile,
    { key }: TrustedKeys
): Promise<string> {
    if (!file.seal) return piecesText(file.body)
    const text = open && (await open(file, key))
    if (text === undefined) throw new Error("it cannot be opened")
    return text
}

async function take(
    ota: Ota,
    version: number,
    hash: string,
    text: string
): Promise<OtaVerdict> {
    const { links, failing, file, settings } = ota
    const seconds = settings.get("OTA_PROBATION") / 1000
    let record = activeRecord(version, hash)
    await inTurn(file, async () => {
        if (!isStored(file, text))
            record = probationRecord(
                version,
                hash,
                links,
                failing.length,
                seconds
            )
        await replaceFile(file, text, encodeRecord(record))
    })
    ota.refusal = ""
    enter(ota, record, NOTICE)
    if (record.state === "probation") restart(ota)
    return verdict(record.state, "")
}

/** Goes on by a record that is in flash. */
function enter(ota: Ota, record: OtaRecord, level: number): void {
    ota.record = record
    announce(ota, level)
}

function restart(ota: Ota): void {
    ota.busy = RESTARTING
    ota.restart()
}

function verdict(state: OtaVerdict["state"], reason: string): OtaVerdict {
    return { state, reason }
}

/** Tells the state: to the log in one record, and to whoever reports. */
function announce(ota: Ota, level: number): void {
    const { version, hash, state, reason } = otaStatus(ota)
    const meta = { config: version, state, reason, hash }
    const text = "config {0}: {1}" + (reason ? ", {2}" : "")
    ota.log.with(meta).log(level, text, version, state, reason)
    ota.announced++
}
