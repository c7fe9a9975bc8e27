// Takes settings files over the air, from all sources alike. A file that is taken is committed, and
// the device restarts with it, on probation: a start with the new settings is part of the test.
import { Clock, piecesText } from "../platform"
import { ERROR, Logger, NOTICE, WARNING } from "../log"
import {
    checkFile,
    inTurn,
    isStored,
    replaceFile,
    setFileState,
    Settings,
    SettingsFile,
} from "../settings"
import { findFailing, markOf, TaskView } from "./crashes"
import { bodyHash, isFor, isShared, parseFile, SignedFile } from "./file"
import { GuardReport } from "./guard"
import type { PartCollector } from "./parts"
import { Pieces } from "./pieces"
import {
    activeRecord,
    CHECKING,
    COLLECTOR,
    judgeOffer,
    OtaRecord,
    OtaState,
    OtaVerdict,
    probationRecord,
    RECEIVING,
    RESTARTING,
    SOURCE,
} from "./probation"
import { encodeRecord, takeBack } from "./record"
import type { Opener } from "./seal"
import type { OTA_SETTINGS } from "./settings"
import type { Verifier } from "./verify"

/** An incomplete file is forgotten when no part has arrived for this time, ms. */
export const PARTS_TIMEOUT_MS = 300000
/** After this time without a part, another sender may begin, ms: more than a request is repeated. */
const SENDER_TIMEOUT_MS = 10000
/**
 * The collector is in reach for this time after the last look that found it so, ms: other owners of the
 * socket, or a restart of the collector, take it away for a while.
 */
export const COLLECTOR_PATIENCE_MS = 30000
/** Longest time after the start until it is known what is in reach and what fails, ms. */
const SETTLED_MS = 12000
/** Why the source is out of reach until it was asked. */
const NOT_ASKED = "not asked yet"
/** Why no version is taken, and why one stays on probation. */
export const UNWATCHED = "nobody watches a probation: the task ota does not run"

/** What a board reports about its version: to its source, over the bus, in the log. */
export interface OtaStatus {
    device: string
    /** Version of the running settings file; 0: none came over the air yet. */
    version: number
    /** Hash of its body; empty for version 0. */
    hash: string
    state: OtaState
    /** Why the last file was refused or the last version taken back; empty otherwise. */
    reason: string
}

/** What updates need of a program. */
export interface OtaParts {
    clock: Clock
    settings: Settings<typeof OTA_SETTINGS>
    file: SettingsFile
    /** Which signatures count: `verifyHmac` or `verifyLms`. */
    verify: Verifier
    /** Opens sealed files: `openSealed`; without it they are refused. */
    open?: Opener
    /** The tasks: none of them may begin to fail during a probation; left out without tasks. */
    tasks?: TaskView
    log: Logger
    /** Identifier of the board, 16 hexadecimal digits in lower case. */
    device: string
    /** What `guardStart` has reported. */
    guard: GuardReport
    /** Whether an error that is logged now would be sent to a collector. */
    hasCollector: () => boolean
    /** Restarts the device, after queued lines have been written and sent. */
    restart: () => void
}

/** What the updates need of the task that runs them. */
export interface Sleeper {
    /** `running` while its body runs, and is not left behind in a wait. */
    readonly state: string
    /** @param ms time in ms */
    sleep(ms: number): Promise<void>
}

/** The updates of a board; the functions of this folder work on it. */
export interface Ota extends OtaParts {
    /** What is known of versions. */
    record: OtaRecord
    /** Number of states announced so far: links compare it with what they have reported. */
    announced: number
    /** Why the last offer was refused; empty when it was not. */
    refusal: string
    /** Why no offer is taken now; empty when one may come. */
    busy: string
    /** What is in reach: bits `COLLECTOR` and `SOURCE`. */
    links: number
    /** Uptime when the collector was last in reach, ms. */
    collectorAt: number
    /** Why the source is out of reach. */
    sourceProblem: string
    /** Names of the tasks that were found failing since the start. */
    failing: string[]
    /** A file that is incomplete, the uptime of its last part, ms, and who brings it. */
    received: Pieces | PartCollector
    heardAt: number
    sender: string
    /** Uptime of `startOta`, ms. */
    startedAt: number
    /** The task that runs `updateBoard` and watches the probation; undefined before it has begun. */
    watcher: Sleeper
    /** Uptime when it began to, ms: the probation counts from it, as nothing is known of the time before. */
    watchedAt: number
}

/**
 * Starts the updates of a board, and announces the state of its version, or that updates are off.
 * @param parts becomes the returned object: do not use it otherwise
 */
export function startOta(parts: OtaParts): Ota {
    const { clock, log, guard } = parts
    const ota = parts as Ota
    ota.record = guard.record
    ota.announced = ota.links = ota.collectorAt = 0
    ota.refusal = ota.busy = ""
    ota.sourceProblem = NOT_ASKED
    ota.failing = []
    ota.startedAt = ota.watchedAt = clock.millis()
    if (guard.problem) log.error("{0}", guard.problem)
    if (isOn(ota) || guard.isBack) announce(ota, guard.isBack ? ERROR : NOTICE)
    else log.notice("updates are off: no OTA_KEY, no OTA_PUBKEY")
    return ota
}

/** What a board reports about its version. */
export function otaStatus({ device, record, refusal }: Ota): OtaStatus {
    return {
        device,
        version: record.version,
        hash: record.hash,
        state: refusal ? "refused" : record.state,
        reason: refusal || record.reason,
    }
}

/**
 * Why no task would end a probation: it is stopped or disabled, or the board restarts, which stops all
 * tasks. Empty while one would.
 */
export function watchProblem({ watcher, busy, tasks }: Ota): string {
    if (watcher !== undefined && watcher.state === "running") return ""
    const stops = tasks && tasks.summary().state === "stopping"
    return stops || busy === RESTARTING ? RESTARTING : UNWATCHED
}

/**
 * Whether it is known to what a version must be held, as it is when the source was asked. The source brings
 * one no sooner; whoever else does has to ask.
 */
export function isSettled({ clock, startedAt, links }: Ota): boolean {
    return (links & SOURCE) !== 0 || clock.millis() - startedAt >= SETTLED_MS
}

/**
 * Why a sender may bring no file now; empty when it may. The heap has room for one at a time: what comes
 * in messages gives way to others, as it is sent again.
 */
export function receivingProblem(
    { busy, clock, received, sender, heardAt }: Ota,
    by: string
): string {
    const isOther = received instanceof Pieces && sender !== by
    return isOther && clock.millis() - heardAt < SENDER_TIMEOUT_MS
        ? RECEIVING
        : busy
}

/** Begins a file, in place of an incomplete one. @returns its pieces */
export function beginFile(ota: Ota, sender: string): Pieces {
    const pieces = new Pieces()
    holdFile(ota, sender, pieces)
    return pieces
}

/** Keeps an incomplete file of which a part has come, in place of any other. */
export function holdFile(
    ota: Ota,
    sender: string,
    file: Pieces | PartCollector
): void {
    ota.received = file
    ota.sender = sender
    ota.heardAt = ota.clock.millis()
}

/** Whether the board has a key: without one, updates are off. */
export function isOn({ settings }: Ota): boolean {
    return settings.get("OTA_KEY") + settings.get("OTA_PUBKEY") !== ""
}

/**
 * Checks a file and takes it. Never throws: what is wrong is in the verdict.
 * @param pieces the whole file, which is used up
 * @param link bit of what has brought it, which is in reach unless nobody trusted has signed the file
 * @returns the new state; or `refused`, `ignored` or `busy` with the reason. A source's file of a version
 * that came before, or was taken back, is `ignored`
 */
export async function offerFile(
    ota: Ota,
    pieces: Pieces,
    link = 0
): Promise<OtaVerdict> {
    if (ota.busy) return verdict("busy", ota.busy)
    ota.busy = CHECKING
    let what = "file"
    let result: OtaVerdict
    try {
        const file = parseFile(pieces)
        what = `version ${file.version}`
        result = await judge(ota, file, link)
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

/** Watches the tasks and ends the probation when it is over. Call it about once a second. */
export async function watchProbation(ota: Ota): Promise<void> {
    const { record, failing, clock, file, tasks } = ota
    const now = clock.millis()
    if (ota.hasCollector()) {
        ota.links |= COLLECTOR
        ota.collectorAt = now
    } else if (now - ota.collectorAt > COLLECTOR_PATIENCE_MS)
        ota.links &= ~COLLECTOR
    if (tasks) findFailing(tasks, failing, now - ota.startedAt)
    if (now - ota.heardAt > PARTS_TIMEOUT_MS) ota.received = undefined
    if (record.state !== "probation" || ota.busy) return
    const { seconds, version, hash } = record
    const length = seconds * 1000
    const passed = now - ota.watchedAt
    const isOver = passed >= (isUnasked(ota) ? 2 * length : length)
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

/**
 * Whether the source must be in reach and was not asked yet. What has kept it from that, as a report
 * that nobody answers, is not its fault.
 */
function isUnasked({ record, links, sourceProblem }: Ota): boolean {
    return (record.links & ~links & SOURCE) !== 0 && sourceProblem === NOT_ASKED
}

/** Why the version on probation has to be taken back; empty while nothing is wrong. */
function probationFault(ota: Ota, isOver: boolean): string {
    const { record, failing, tasks } = ota
    if (tasks && tasks.deviceStats().safe) return "safe mode"
    const broken = failing.filter(name => (markOf(name) & record.failing) === 0)
    if (broken.length) return `failing: ${broken.join(", ")}`
    const lost = isOver ? record.links & ~ota.links : 0
    if ((lost & COLLECTOR) !== 0) return "no line reaches the collector"
    return lost !== 0 ? `source out of reach: ${ota.sourceProblem}` : ""
}

/** Checks a file and takes it if it is good. @throws Error for a file that is refused */
async function judge(
    ota: Ota,
    file: SignedFile,
    link: number
): Promise<OtaVerdict> {
    const { record, settings, verify } = ota
    const { version } = file
    if (!isOn(ota)) throw new Error("updates are off")
    const isHere = isFor(file, ota.device)
    if (!isHere && !isShared(file)) throw new Error("for another board")
    const hash = bodyHash(file)
    const known = isHere
        ? judgeOffer(record, version, hash)
        : verdict("ignored", "for other boards")
    const isOld = known && known.state === "refused"
    // its hash says that it is the one that runs; another one shows that its source is in reach only if
    // it is by a key that counts
    const isPassed = known === record || link === 0
    if (known && !isOld && isPassed) return passOver(ota, known, link)
    const isSigned = await verify(file, settings.held().inForce.texts)
    if (isOld) {
        const { reason } = known
        // a source keeps its file until there is a newer one: nothing is wrong with it
        const isOurs = isSigned && link !== 0
        if (!isOurs) throw new Error(reason)
        const old = verdict("ignored", `version ${version}: ${reason}`)
        return passOver(ota, old, link)
    }
    if (!isSigned) throw new Error("wrong signature")
    if (known) return passOver(ota, known, link)
    ota.links |= link
    const unwatched = watchProblem(ota)
    if (unwatched) return verdict("busy", unwatched)
    const text = await openBody(ota, file)
    const checked = await checkFile(settings, text)
    // a problem without a line is not of the file: the board has it already
    for (const problem of checked.problems)
        if (problem.line !== undefined) throw new Error(problem.message)
    // a file that changes a key, or leaves out one of an earlier file, must be signed by what counts
    // then, too: a wrong key would lock us out
    if (!(await verify(file, checked.texts)))
        throw new Error("no key that counts after it has signed it")
    // the text has it all, and at the commit the heap is at its fullest: variables of a function
    // keep what they hold until it ends
    file.body.insert(0, -file.body.length)
    checked.texts = checked.lines = undefined
    return await take(ota, version, hash, text)
}

/** Takes notice of a file that changes nothing: what has brought it is in reach. */
function passOver(ota: Ota, known: OtaVerdict, link: number): OtaVerdict {
    const { record } = ota
    ota.links |= link
    // a refusal that was reported is over, as the refused file is gone from there
    const isInstead = known.state === "ignored" && link !== 0
    if (ota.refusal && (known === record || isInstead))
        enter(ota, record, NOTICE)
    return known
}

/** The text of a file's settings. @throws Error when the seal cannot be opened */
async function openBody(
    { open, settings }: Ota,
    file: SignedFile
): Promise<string> {
    if (!file.seal) return piecesText(file.body)
    const key = settings.get("OTA_KEY")
    if (!open || !key)
        throw new Error(
            "it is sealed, this " +
                (open ? "board has no OTA_KEY" : "firmware opens none")
        )
    const text = await open(file, key)
    if (text === undefined) throw new Error("OTA_KEY does not open its seal")
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
    let marks = 0
    for (const name of failing) marks |= markOf(name)
    await inTurn(file, async () => {
        if (!isStored(file, text))
            record = probationRecord(version, hash, links, marks, seconds)
        await replaceFile(file, text, encodeRecord(record))
    })
    enter(ota, record, NOTICE)
    if (record.state === "probation") restart(ota)
    return record
}

/** Continues with a record that has been stored. */
function enter(ota: Ota, record: OtaRecord, level: number): void {
    ota.record = record
    // the news, and not a file that was refused before it
    ota.refusal = ""
    announce(ota, level)
}

function restart(ota: Ota): void {
    ota.busy = RESTARTING
    ota.restart()
}

function verdict(state: OtaVerdict["state"], reason: string): OtaVerdict {
    return { state, reason }
}

/** Announces the state: in one record of the log, and to the links that report. */
function announce(ota: Ota, level: number): void {
    const { version, hash, state, reason } = otaStatus(ota)
    const meta = { config: version, state, reason, hash }
    const text = "config {0}: {1}" + (reason ? ", {2}" : "")
    ota.log.with(meta).log(level, text, version, state, reason)
    ota.announced++
}
