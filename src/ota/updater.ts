// Takes settings files over the air: the one way for all sources. A file that is taken is committed
// and the device restarts with it, on probation: a start by the new settings is part of the proof.
import { Clock, Exclusive } from "../platform"
import { ERROR, Logger, NOTICE, WARNING } from "../log"
import { CheckedSettings, SettingsFile } from "../settings"
import { CrashWatch, TaskView } from "./crashes"
import { messageOf } from "./errors"
import { bodyHash, parseFile, SignedFile } from "./file"
import { GuardReport } from "./guard"
import { PartCollector } from "./parts"
import { Pieces } from "./pieces"
import {
    Before,
    COLLECTOR,
    judgeOffer,
    oldReason,
    OtaRecord,
    OtaState,
    proven,
    renamed,
    SOURCE,
    taken,
    takenBack,
} from "./probation"
import { decodeRecord, encodeRecord, takeBack } from "./record"
import { msOf, OtaSettings, textOf } from "./settings"
import {
    isAuthentic,
    isFor,
    openBody,
    parseKey,
    parsePublicKey,
    TrustedKeys,
} from "./verify"

/** What a board tells about its version: to its source, over the bus, to the log. */
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
    /** `ignored`: it is for other boards; `busy`: try again when the probation is over. */
    state: OtaState | "ignored" | "busy"
    reason: string
    /** Its source is one that this board can be updated from: it gave a file that is right. */
    isGood: boolean
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

/** What holds of the link to the source of updates. */
export interface SourceLink {
    /** It gave a file that is right, or said that nothing is new, since the start. */
    isReached: boolean
    /** Why it did not, last. */
    problem: string
}

/**
 * The updates of a board.
 * @devsWhenUsed
 */
export class Ota {
    /** What holds of the link to the source; whoever pulls writes it. */
    readonly source: SourceLink = { isReached: false, problem: "not asked yet" }
    /** Number of the last state that was announced: whoever reports has something to do. */
    announced = 0
    /** Text of the last refusal, so that it is told once. */
    private refusal = ""
    private isRestarting = false
    private readonly turns = new Exclusive("the update")
    private readonly collector = new PartCollector()
    private readonly crashes: CrashWatch
    private readonly startedAt: number

    constructor(readonly parts: OtaParts) {
        const { clock, tasks, log, guard } = parts
        this.startedAt = clock.millis()
        this.crashes = new CrashWatch(tasks, this.startedAt)
        if (guard.problem) log.error("{0}", guard.problem)
        this.announce(guard.isBack ? ERROR : NOTICE)
    }

    /** What is known of versions. */
    record(): OtaRecord {
        return decodeRecord(this.parts.file.state())
    }

    status(): OtaStatus {
        const { version, hash, state, reason } = this.record()
        const { device } = this.parts
        if (this.refusal)
            return {
                ...{ device, version, hash },
                state: "refused",
                reason: this.refusal,
            }
        const isBack = state === "rolled-back"
        return { device, version, hash, state, reason: isBack ? reason : "" }
    }

    /** What the board trusts; updates are off without a key. */
    keys(): TrustedKeys {
        const { settings } = this.parts
        return trustedKeys(
            textOf(settings, "OTA_KEY"),
            textOf(settings, "OTA_PUBKEY")
        )
    }

    /**
     * Takes a file, or says why not. One at a time, and to its end.
     * @param isPulled it is from `OTA_URL`
     * @throws Error when too many wait already
     */
    async offer(pieces: Pieces, isPulled = false): Promise<OtaVerdict> {
        const self = this
        return await this.turns.run(async () => {
            try {
                return await self.judge(pieces, isPulled)
            } catch (e: any) {
                return self.refuse(`not kept: ${messageOf(e)}`)
            }
        })
    }

    /**
     * Takes a part of a file, as a message or a packet brings it; see `PartCollector`.
     * @returns undefined while parts are missing
     */
    async offerPart(
        id: number,
        offset: number,
        total: number,
        part: Buffer
    ): Promise<OtaVerdict | undefined> {
        const now = this.parts.clock.millis()
        const pieces = this.collector.add(id, offset, total, part, now)
        return pieces ? await this.offer(pieces) : undefined
    }

    /** Looks after tasks and probation; to be called about once a second. */
    async look(): Promise<void> {
        const { clock } = this.parts
        const now = clock.millis()
        this.crashes.look(now)
        this.collector.expire(now)
        const record = this.record()
        if (record.state !== "probation" || this.isRestarting) return
        const fault = this.fault(record, now - this.startedAt)
        if (fault) await this.goBack(fault)
        else if (this.isOver(record, now)) {
            await this.parts.file.setState(encodeRecord(proven(record)))
            this.announce(NOTICE)
        }
    }

    private isOver({ seconds }: OtaRecord, now: number): boolean {
        return now - this.startedAt >= seconds * 1000
    }

    /** What is wrong with the version on probation; undefined while nothing is. */
    private fault(record: OtaRecord, elapsed: number): string | undefined {
        const { hasCollector, isSafe, settings } = this.parts
        const { names } = this.crashes
        if (isSafe && isSafe()) return "safe mode"
        if (names.length > record.failing) return `failing: ${names.join(", ")}`
        const wantsSource = (record.links & SOURCE) !== 0
        if (wantsSource && !textOf(settings, "OTA_URL"))
            return "source out of reach: OTA_URL is empty"
        if (elapsed < record.seconds * 1000) return undefined
        if ((record.links & COLLECTOR) !== 0 && !hasCollector())
            return "no line reaches the collector"
        if (wantsSource && !this.source.isReached)
            return `source out of reach: ${this.source.problem}`
        return undefined
    }

    private async goBack(reason: string): Promise<void> {
        const { file, restart } = this.parts
        const bad = this.record()
        await takeBack(file, good => takenBack(good, bad, reason))
        this.announce(ERROR)
        this.isRestarting = true
        restart()
    }

    private async judge(
        pieces: Pieces,
        isPulled: boolean
    ): Promise<OtaVerdict> {
        const { device, check } = this.parts
        const keys = this.keys()
        if (!keys.key && !keys.publicKey)
            return verdict("ignored", "updates are off")
        const file = parseFile(pieces)
        if (typeof file === "string") return this.refuse(file)
        if (!isFor(file, device)) return notFor(file)
        const record = this.record()
        const { version } = file
        const judgement = judgeOffer(record, version, bodyHash(file))
        if (judgement === "same") return this.same()
        if (judgement === "old") return this.refuse(oldReason(record, version))
        if (judgement === "busy" || this.isRestarting)
            return verdict("busy", `version ${record.version} is on probation`)
        if (!(await isAuthentic(file, keys)))
            return this.refuse(`version ${version}: wrong signature`)
        const text = await openBody(file, keys.key)
        if (text === undefined)
            return this.refuse(`version ${version}: cannot be opened`)
        const checked = await check(text)
        // what has no line is a problem of the build, with which the board lives already
        const wrong = checked.problems.find(p => p.line !== undefined)
        if (wrong) return this.refuse(`version ${version}: ${wrong.message}`)
        const lost = await this.lostKey(file, checked, keys)
        if (lost) return this.refuse(`version ${version}: ${lost}`)
        return await this.take(file, text, isPulled)
    }

    /** A file that changes the key must be signed by the new one, too: it can be no mistake then. */
    private async lostKey(
        file: SignedFile,
        { texts }: CheckedSettings,
        before: TrustedKeys
    ): Promise<string | undefined> {
        const after = trustedKeys(
            texts["OTA_KEY"] ? texts["OTA_KEY"].text : "",
            texts["OTA_PUBKEY"] ? texts["OTA_PUBKEY"].text : ""
        )
        if (!after.key && !after.publicKey) return "it turns updates off"
        if (isSame(before.key, after.key))
            if (isSame(before.publicKey, after.publicKey)) return undefined
        return (await isAuthentic(file, after))
            ? undefined
            : "it sets a key that did not sign it"
    }

    private async take(
        file: SignedFile,
        text: string,
        isPulled: boolean
    ): Promise<OtaVerdict> {
        const { parts } = this
        const { version } = file
        const hash = bodyHash(file)
        const record = this.record()
        const staged = await parts.file.stage(text)
        this.refusal = ""
        if (staged.unchanged) {
            const next = renamed(record, version, hash)
            await parts.file.commit(staged, encodeRecord(next))
            this.announce(NOTICE)
            return verdict("active", "", true)
        }
        const next = taken(record, version, hash, this.before(isPulled))
        await parts.file.commit(staged, encodeRecord(next))
        this.announce(NOTICE)
        this.isRestarting = true
        parts.restart()
        return verdict("probation", "", true)
    }

    private before(isPulled: boolean): Before {
        const { hasCollector, settings } = this.parts
        const collector = hasCollector() ? COLLECTOR : 0
        const source = isPulled || this.source.isReached ? SOURCE : 0
        return {
            links: collector | source,
            failing: this.crashes.names.length,
            seconds: Math.idiv(msOf(settings, "OTA_PROBATION"), 1000),
        }
    }

    private same(): OtaVerdict {
        this.refusal = ""
        const { state, reason } = this.status()
        return verdict(state, reason, true)
    }

    private refuse(reason: string): OtaVerdict {
        if (reason !== this.refusal) {
            this.refusal = reason
            this.announce(WARNING)
        }
        return verdict("refused", reason)
    }

    /** Tells the state: to the log in one record, and to whoever reports. */
    private announce(level: number): void {
        const { version, hash, state, reason } = this.status()
        const render = () =>
            `config ${version}: ${state}${reason ? `, ${reason}` : ""}`
        this.parts.log.report(
            level,
            { config: version, state, reason, hash },
            render
        )
        this.announced++
    }
}

function verdict(
    state: OtaVerdict["state"],
    reason: string,
    isGood = false
): OtaVerdict {
    return { state, reason, isGood }
}

/** A share that this board is not in says that the source is right; another board's file does not. */
function notFor(file: SignedFile): OtaVerdict {
    return file.device === undefined
        ? verdict("ignored", "for another share of the boards", true)
        : verdict("ignored", "for another board")
}

function trustedKeys(key: string, publicKey: string): TrustedKeys {
    return { key: parseKey(key), publicKey: parsePublicKey(publicKey) }
}

function isSame(a: Buffer | undefined, b: Buffer | undefined): boolean {
    if (!a || !b) return a === b
    return a.toString("hex") === b.toString("hex")
}
