// Pulls files from the source `OTA_URL` and posts reports to `OTA_REPORT`, over HTTP or HTTPS.
import { AtOnce, Clock } from "../platform"
import { HTTP_TIMEOUT_MS, HttpAnswer, httpRequest, SocketArbiter } from "../net"
import { MAX_FILE_BYTES } from "./file"
import { PartCollector } from "./parts"
import { CHECKING, SOURCE } from "./probation"
import type { OtaLink } from "./task"
import {
    beginFile,
    isOn,
    offerFile,
    Ota,
    otaStatus,
    receivingProblem,
} from "./updater"

/**
 * Longest time from the start to the first request, ms: by then links are up and crashes noticed.
 * It is sooner with a short `OTA_POLL` or probation.
 */
export const FIRST_PULL_MS = 10000
/** Largest part of a pause that is taken off at random, so that a fleet does not ask all at once. */
const JITTER = 0.2
/** Pause after the first failed attempt, ms; it doubles up to the time between two requests. */
const RETRY_MS = 10000
/** On probation, the longest time between two requests is its length divided by this. */
const PROBATION_PART = 4
/** Longest ETag that is kept, in bytes. */
const MAX_ETAG_BYTES = 100
/** Name of the lease of the socket. */
const CLAIM = "ota"

/**
 * Asks `OTA_URL` for a file, every `OTA_POLL`.
 * @param useDate is called with the Date header of each answer: `setClockByHttpDate`
 */
export function pullUpdates(
    ota: Ota,
    arbiter: SocketArbiter,
    useDate?: (clock: Clock, date: string | undefined) => AtOnce
): OtaLink {
    const { settings, log } = ota
    // URL of the last request, and the ETag of its file; empty if the file is to be sent again
    let from = ""
    let etag = ""
    // why the last file was passed over
    let skipped = ""
    const failed = (problem: string) => {
        ota.sourceProblem = problem
        log.warning("no update: {0}", problem)
    }
    const firstMs = Math.min(FIRST_PULL_MS, pollMs(ota))
    return errand(ota, arbiter, firstMs, failed, async () => {
        const url = settings.get("OTA_URL")
        if (!url || !isOn(ota)) {
            ota.links &= ~SOURCE
            etag = ""
            ota.sourceProblem = "OTA_URL is empty"
            return 0
        }
        // looked at again at once, and asked when there is room for a file
        if (receivingProblem(ota, CLAIM)) return 0
        const { device, version, state } = otaStatus(ota)
        // the whole file ends a refusal, or is refused again
        const known = url === from && !ota.refusal ? etag : ""
        const condition = known ? `If-None-Match: ${known}\r\n` : ""
        const headers = `X-Fiberd: device=${device}; version=${version}; state=${state}\r\n${condition}`
        // unless this request succeeds, the next one asks for the whole file
        etag = ""
        from = url
        // what came in messages gives way to a file, and not to an answer without one
        let { received } = ota
        const { heardAt } = ota
        const pieces = beginFile(ota, CLAIM)
        let answer: HttpAnswer
        try {
            answer = await request(ota, arbiter, url, headers, "", part => {
                received = undefined
                pieces.add(part)
            })
        } finally {
            const isParts = received instanceof PartCollector
            ota.received = isParts ? received : undefined
            ota.heardAt = heardAt
        }
        const { status, fields } = answer
        if (useDate) useDate(arbiter.clock, fields["date"])
        if (known && status === 304) {
            etag = known
            return pollMs(ota)
        }
        if (status !== 200)
            throw new Error(`the source answers with status ${status}`)
        // a version from this source must keep the source in reach
        const { state: outcome, reason } = await offerFile(ota, pieces, SOURCE)
        if (outcome === "refused") ota.sourceProblem = reason
        if (outcome === "ignored" && reason !== skipped) {
            skipped = reason
            log.info("no update: {0}", reason)
        }
        const tag = fields["etag"]
        // one that was not taken is sent again, as it may be under another key
        const isTaken = outcome !== "refused" && outcome !== "busy"
        if (isTaken && tag && tag.byteLength <= MAX_ETAG_BYTES) etag = tag
        // a file from elsewhere is checked in seconds, and may turn out to be none
        if (reason === CHECKING) return Math.min(RETRY_MS, pollMs(ota))
        return pollMs(ota)
    })
}

/** Reports each state to `OTA_REPORT`, as JSON by POST. */
export function reportUpdates(ota: Ota, arbiter: SocketArbiter): OtaLink {
    let reported = ""
    const { settings, log } = ota
    const failed = (problem: string) => log.warning("no report: {0}", problem)
    return errand(ota, arbiter, 0, failed, async () => {
        const url = settings.get("OTA_REPORT")
        const news = `${ota.announced} ${url}`
        if (!url || reported === news) return 0
        const body = JSON.stringify(otaStatus(ota))
        const { status } = await request(ota, arbiter, url, "", body)
        if (status < 200 || status > 299) throw new Error(`status ${status}`)
        reported = news
        return 0
    })
}

/**
 * Makes a link of attempts that are repeated; one that fails is repeated with growing pauses. When one
 * of the settings changes, the next one is made at once.
 * @param firstMs longest time to the first attempt, ms
 * @param failed called when an attempt fails for another reason than the one before
 * @param attempt returns the longest time to the next attempt, ms
 */
function errand(
    ota: Ota,
    { clock }: SocketArbiter,
    firstMs: number,
    failed: (problem: string) => void,
    attempt: () => Promise<number>
): OtaLink {
    let due = clock.millis() + spread(firstMs)
    let retryMs = 0
    let problem = ""
    let setup = setupOf(ota)
    return async () => {
        const now = setupOf(ota)
        if (now !== setup) {
            due = retryMs = 0
            problem = ""
        }
        setup = now
        if (clock.millis() < due || !goesOn(ota)) return
        let pause: number
        try {
            pause = await attempt()
            problem = ""
            retryMs = 0
        } catch (e: any) {
            if (problem !== e.message && goesOn(ota)) failed(e.message)
            problem = e.message
            retryMs = Math.min(Math.max(retryMs * 2, RETRY_MS), pollMs(ota))
            pause = retryMs
        }
        due = clock.millis() + spread(pause)
    }
}

/** What the attempts depend on. */
function setupOf({ settings }: Ota): string {
    const url = settings.get("OTA_URL")
    return `${url} ${settings.get("OTA_POLL")} ${settings.get("OTA_REPORT")}`
}

/** Longest time between two requests, ms. */
function pollMs({ record, settings }: Ota): number {
    const poll = settings.get("OTA_POLL")
    return record.state === "probation"
        ? Math.min(poll, (record.seconds * 1000) / PROBATION_PART)
        : poll
}

/** Whether the task that sends the requests goes on: one that is asked to stop ends those under way. */
function goesOn({ watcher }: Ota): boolean {
    return !watcher || watcher.state === "running"
}

async function request(
    ota: Ota,
    arbiter: SocketArbiter,
    url: string,
    headers: string,
    body: string,
    onBody?: (part: Buffer) => AtOnce
): Promise<HttpAnswer> {
    const { clock, socket } = arbiter
    const maxBytes = MAX_FILE_BYTES
    const isWanted = () => goesOn(ota)
    const wanted = { url, headers, body, maxBytes, onBody, isWanted }
    return await arbiter.borrow(
        CLAIM,
        async () => await httpRequest(clock, socket, wanted),
        HTTP_TIMEOUT_MS + 1000,
        isWanted
    )
}

function spread(ms: number): number {
    return Math.round(ms * (1 - JITTER * Math.random()))
}
