// Asks the source `OTA_URL` for a file, and brings reports to `OTA_REPORT`.
import {
    HTTP_TIMEOUT_MS,
    HttpAnswer,
    httpRequest,
    setClockByHttpDate,
    SocketArbiter,
} from "../net"
import { Errand } from "./errand"
import { messageOf } from "./errors"
import { MAX_FILE_BYTES } from "./file"
import { Pieces } from "./pieces"
import { msOf, textOf } from "./settings"
import { offerFile, Ota, otaRecord, otaStatus, trustedKeys } from "./updater"

/** Time from the start to the first question, ms: until then links are up and crashes seen. */
export const FIRST_PULL_MS = 10000
/** This part of a time between questions is random, so that a fleet does not ask as one. */
const JITTER = 0.2
/** First time between two attempts after one that failed, ms; it doubles up to `OTA_POLL`. */
const RETRY_MS = 10000
/** Longest time between two questions on probation, as a part of it. */
const PROBATION_PART = 4
/** Longest ETag that is kept, in bytes. */
const MAX_ETAG_BYTES = 100
/** Name of the claim for the socket. */
const CLAIM = "ota"

/** What a board asks of its servers. */
export interface Puller {
    readonly ota: Ota
    readonly arbiter: SocketArbiter
    /** Number of the last state that was reported. */
    reported: number
    /** Where the last file was from, and its ETag; empty when it needs a second look. */
    url: string
    etag: string
}

/** A puller that has asked nothing yet. */
export function newPuller(ota: Ota, arbiter: SocketArbiter): Puller {
    ota.source.at = arbiter.clock.millis() + spread(FIRST_PULL_MS)
    return { ota, arbiter, reported: 0, url: "", etag: "" }
}

/** Asks and reports when it is time; to be called about once a second. Never throws. */
export async function askWhenDue(puller: Puller): Promise<void> {
    const { ota } = puller
    const { settings } = ota.parts
    const url = textOf(settings, "OTA_URL")
    if (url && trustedKeys(ota)) await run(puller, ota.source, url)
    const to = textOf(settings, "OTA_REPORT")
    if (to && puller.reported !== ota.announced)
        await run(puller, ota.report, to)
}

async function run(puller: Puller, errand: Errand, url: string): Promise<void> {
    const { ota, arbiter } = puller
    const { clock } = arbiter
    if (clock.millis() < errand.at) return
    const isReport = errand === ota.report
    const poll = pollMs(ota)
    let pause = isReport ? 0 : poll
    try {
        errand.problem = isReport
            ? await report(puller, url)
            : await ask(puller, url)
        errand.retryMs = 0
        errand.isReached = errand.isReached || !errand.problem
    } catch (e: any) {
        const problem = messageOf(e)
        const what = isReport ? "no report: {0}" : "no update: {0}"
        if (problem !== errand.problem) ota.parts.log.warning(what, problem)
        errand.problem = problem
        errand.retryMs = Math.max(errand.retryMs * 2, RETRY_MS)
        pause = Math.min(errand.retryMs, poll)
    }
    errand.at = clock.millis() + spread(pause)
}

/**
 * @returns why the file there is none to be updated from; empty when it is
 * @throws Error when there is no file
 */
async function ask(puller: Puller, url: string): Promise<string> {
    const { ota, arbiter } = puller
    const { device, version, state } = otaStatus(ota)
    const known = url === puller.url ? puller.etag : ""
    const condition = known ? `If-None-Match: ${known}\r\n` : ""
    // unless this ends well, the next answer is a whole one
    puller.etag = ""
    puller.url = url
    const pieces = new Pieces()
    const { status, fields } = await request(
        arbiter,
        url,
        `X-Fiberd: device=${device}; version=${version}; state=${state}\r\n${condition}`,
        "",
        part => pieces.add(part)
    )
    const etag = fields["etag"]
    setClockByHttpDate(arbiter.clock, fields["date"])
    if (known && status === 304) {
        puller.etag = known
        return ota.source.problem
    }
    if (status !== 200)
        throw new Error(`the source answers with status ${status}`)
    const { reason, state: became } = await offerFile(ota, pieces, true)
    if (became !== "busy" && etag && etag.byteLength <= MAX_ETAG_BYTES)
        puller.etag = etag
    return became === "refused" ? reason : ""
}

/** @throws Error when the server does not take it */
async function report(puller: Puller, url: string): Promise<string> {
    const { ota, arbiter } = puller
    const { announced } = ota
    const body = JSON.stringify(otaStatus(ota))
    const { status } = await request(arbiter, url, "", body)
    if (status < 200 || status > 299) throw new Error(`status ${status}`)
    puller.reported = announced
    return ""
}

/** Longest time between two questions, ms. */
function pollMs(ota: Ota): number {
    const { state, seconds } = otaRecord(ota)
    const poll = msOf(ota.parts.settings, "OTA_POLL")
    return state === "probation"
        ? Math.min(poll, Math.idiv(seconds * 1000, PROBATION_PART))
        : poll
}

async function request(
    arbiter: SocketArbiter,
    url: string,
    headers: string,
    body: string,
    onBody?: (part: Buffer) => void
): Promise<HttpAnswer> {
    const { clock, socket } = arbiter
    const maxBytes = MAX_FILE_BYTES
    const wanted = { url, headers, body, maxBytes, onBody }
    return await arbiter.borrow(
        CLAIM,
        async () => await httpRequest(clock, socket, wanted),
        HTTP_TIMEOUT_MS + 1000
    )
}

function spread(ms: number): number {
    return Math.round(ms * (1 - JITTER * Math.random()))
}
