import {
    HTTP_TIMEOUT_MS,
    httpRequest,
    HttpRequest,
    HttpResponse,
    setClockByHttpDate,
    SocketArbiter,
} from "../net"
import { messageOf } from "./errors"
import { MAX_FILE_BYTES } from "./file"
import { Pieces } from "./pieces"
import { msOf, textOf } from "./settings"
import { Ota } from "./updater"

/** Time from the start to the first question, ms: until then links are up and crashes seen. */
export const FIRST_PULL_MS = 10000
/** This part of a time between questions is random, so that a fleet does not ask as one. */
const JITTER = 0.2
/** First time between two attempts after one that failed, ms; it doubles up to `OTA_POLL`. */
const RETRY_MS = 10000
/** Longest time between two questions on probation, as a part of it. */
const PROBATION_PART = 4
/** Longest answer to a report, in bytes; nobody reads it. */
const MAX_ANSWER_BYTES = 1000
/** Name of the claim for the socket. */
const CLAIM = "ota"

/**
 * Asks the source `OTA_URL` for a file, and brings reports to `OTA_REPORT`.
 * @devsWhenUsed
 */
export class OtaPuller {
    /** Uptime of the next question, and of the next report, ms. */
    private pullAt: number
    private reportAt = 0
    /** Time between two attempts while they fail, ms; 0 after one that did not. */
    private retryMs = 0
    private reportRetryMs = 0
    /** Number of the last state that was reported. */
    private reported = 0
    /** ETag of the last answer whose file needs no second look. */
    private etag = ""
    /** Where that was from, and why the file was not taken; empty when it was. */
    private url = ""
    private verdict = ""

    constructor(
        private readonly ota: Ota,
        private readonly arbiter: SocketArbiter
    ) {
        this.pullAt = arbiter.clock.millis() + spread(FIRST_PULL_MS)
    }

    /** Asks and reports when it is time; to be called about once a second. Never throws. */
    async look(): Promise<void> {
        const { ota, arbiter } = this
        const { settings } = ota.parts
        const url = textOf(settings, "OTA_URL")
        const keys = ota.keys()
        const isOn = url && (keys.key || keys.publicKey)
        if (isOn && arbiter.clock.millis() >= this.pullAt) await this.pull(url)
        const to = textOf(settings, "OTA_REPORT")
        if (!to || this.reported === ota.announced) return
        if (arbiter.clock.millis() >= this.reportAt) await this.report(to)
    }

    private async pull(url: string): Promise<void> {
        const { source, parts } = this.ota
        const { clock } = this.arbiter
        let isAnswered = false
        try {
            source.problem = await this.ask(url)
            source.isReached = source.isReached || source.problem === ""
            isAnswered = true
        } catch (e: any) {
            const problem = messageOf(e)
            if (problem !== source.problem)
                parts.log.warning("no update: {0}", problem)
            source.problem = problem
        }
        this.pullAt = clock.millis() + this.pause(isAnswered)
    }

    /**
     * @returns why the file there is none to be updated from; empty when it is
     * @throws Error when there is no file
     */
    private async ask(url: string): Promise<string> {
        const { ota } = this
        const { device, version, state } = ota.status()
        const headers: Record<string, string> = {
            "X-Fiberd": `device=${device}; version=${version}; state=${state}`,
        }
        const isKnown = url === this.url && this.etag !== ""
        if (isKnown) headers["If-None-Match"] = this.etag
        const pieces = new Pieces(MAX_FILE_BYTES)
        const { status, etag, date } = await this.request({
            url,
            headers,
            maxBytes: MAX_FILE_BYTES,
            onBody: part => pieces.add(part),
        })
        setClockByHttpDate(this.arbiter.clock, date)
        if (isKnown && status === 304) return this.verdict
        if (status !== 200)
            throw new Error(`the source answers with status ${status}`)
        const { reason, isGood, state: became } = await ota.offer(pieces, true)
        const isSettled = became !== "busy"
        this.url = url
        this.etag = isSettled && etag && isField(etag) ? etag : ""
        this.verdict = isGood || !isSettled ? "" : reason
        return this.verdict
    }

    /** Time to the next question, ms. */
    private pause(isAnswered: boolean): number {
        const { parts } = this.ota
        const { state, seconds } = this.ota.record()
        let poll = msOf(parts.settings, "OTA_POLL")
        if (state === "probation")
            poll = Math.min(poll, Math.idiv(seconds * 1000, PROBATION_PART))
        this.retryMs = isAnswered ? 0 : Math.max(this.retryMs * 2, RETRY_MS)
        return spread(this.retryMs > 0 ? Math.min(this.retryMs, poll) : poll)
    }

    private async report(url: string): Promise<void> {
        const { ota, arbiter } = this
        const { announced } = ota
        let problem: string = undefined
        try {
            const body = JSON.stringify(ota.status())
            const { status } = await this.request({
                url,
                method: "POST",
                body,
                maxBytes: MAX_ANSWER_BYTES,
            })
            if (status < 200 || status > 299) problem = `status ${status}`
        } catch (e: any) {
            problem = messageOf(e)
        }
        if (problem === undefined) {
            this.reported = announced
            this.reportRetryMs = 0
            return
        }
        if (this.reportRetryMs === 0)
            ota.parts.log.warning("no report: {0}", problem)
        const longest = msOf(ota.parts.settings, "OTA_POLL")
        this.reportRetryMs = Math.max(this.reportRetryMs * 2, RETRY_MS)
        this.reportAt =
            arbiter.clock.millis() +
            spread(Math.min(this.reportRetryMs, longest))
    }

    private async request(request: HttpRequest): Promise<HttpResponse> {
        const { arbiter } = this
        const { clock, socket } = arbiter
        return await arbiter.borrow(
            CLAIM,
            async () => await httpRequest(clock, socket, request),
            HTTP_TIMEOUT_MS + 1000
        )
    }
}

/** Whether a text can be sent as a header field. */
function isField(text: string): boolean {
    if (text.length > 100) return false
    for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i)
        if (code < 32 || code > 126) return false
    }
    return true
}

function spread(ms: number): number {
    return Math.round(ms * (1 - JITTER * Math.random()))
}
