// A client of HTTP/1.1 (RFC 9110, 9112) on the VM's one socket, for small requests and answers: one
// at a time, with limits on size and time. The caller must have the socket from the arbiter.
import {
    AtOnce,
    Clock,
    namedError,
    NetSocket,
    Signal,
    skipChars,
    SocketProto,
    splitText,
    WOULD_BLOCK,
} from "../platform"
import { withoutAddress } from "./host"
import {
    endAnswer,
    HttpAnswer,
    isOver,
    newAnswer,
    takeAnswer,
} from "./http-answer"

/** Longest time of a request with all its redirects, by default, ms. */
export const HTTP_TIMEOUT_MS = 10000
/** Most redirects that are followed. */
export const MAX_REDIRECTS = 3
/** Longest URL, in bytes. */
export const MAX_URL_BYTES = 200
/** Characters of the scheme of a URL. */
const SCHEME = "abcdefghijklmnopqrstuvwxyz0123456789+-."
/** RFC 9110, section 15.4.4. */
const SEE_OTHER = 303
/** Time until a write that the socket did not take is tried again, ms. */
const RETRY_MS = 50
/** Longest time until a request that is not wanted any more ends, ms. */
const UNWANTED_MS = 250

/** Name of the errors of a request; the message names the host and the problem, but not the path. */
export const HTTP_ERROR = "HttpError"

/** A request to a server. */
export interface HttpRequest {
    /** `http://` or `https://`, at most MAX_URL_BYTES; without a password. */
    url: string
    /** Header lines besides Host, Connection and Content-..., each ended by CR LF. */
    headers?: string
    /** JSON to be posted; without it the request is a GET. */
    body?: string
    /** Longest body for `onBody`, in bytes; a longer one is an error. */
    maxBytes: number
    /** Takes the body of an answer with status 200, part by part; other bodies are not waited for. */
    onBody?: (part: Buffer) => AtOnce
    /**
     * Whether the answer is still wanted, asked several times a second: a task that stops is left behind
     * if it waits on. Once it is not, the request fails.
     */
    isWanted?: () => boolean
}

export type { HttpAnswer } from "./http-answer"

/** A URL in its parts. */
export interface HttpAddress {
    proto: SocketProto
    host: string
    port: number
    /** Scheme, host and port as written. */
    origin: string
    /** Begins with `/`. */
    path: string
}

/**
 * Sends a request and reads the answer. Follows up to MAX_REDIRECTS redirects within the same host,
 * none from https to http. The caller judges the status.
 * @param timeoutMs longest time, with all redirects, ms
 * @throws an error of name HTTP_ERROR: malformed URL, no connection, no HTTP, too long, too slow,
 * ended too soon, a redirect that is not followed; an error of name SocketError without a network
 */
export async function httpRequest(
    clock: Clock,
    socket: NetSocket,
    request: HttpRequest,
    timeoutMs = HTTP_TIMEOUT_MS
): Promise<HttpAnswer> {
    const deadline = clock.millis() + timeoutMs
    let { body } = request
    let address = parseUrl(request.url)
    if (!address) throw httpError("the URL is malformed")
    for (let redirects = 0; ; redirects++) {
        const answer = await exchange(
            clock,
            socket,
            address,
            request,
            body,
            deadline
        )
        const { status, fields } = answer
        const isRedirect = status >= 301 && status <= 308 && status !== 304
        let { fault } = answer
        let next: HttpAddress = undefined
        if (isRedirect && !fault) {
            next = redirected(address, fields["location"])
            if (!next) fault = "a redirect to nowhere"
            else if (next.host.toLowerCase() !== address.host.toLowerCase())
                fault = "a redirect to another host"
            else if (address.proto === "tls" && next.proto !== "tls")
                fault = "a redirect from https to http"
            else if (redirects >= MAX_REDIRECTS)
                fault = `more than ${MAX_REDIRECTS} redirects`
        }
        if (fault) throw httpError(`${address.host}: ${fault}`)
        if (!next) return answer
        address = next
        // "see other": the request is done, and its result is to be fetched
        if (status === SEE_OTHER) body = undefined
    }
}

/** Reads a URL; undefined when it is malformed, too long, or holds a password. */
export function parseUrl(url: string): HttpAddress | undefined {
    if (!url || url.byteLength > MAX_URL_BYTES || url.indexOf(" ") >= 0)
        return undefined
    // JSON escapes control characters and everything that is not ASCII
    if (JSON.stringify(url).length !== url.byteLength + 2) return undefined
    const start = url.indexOf("://") + 3
    const scheme = url.slice(0, start)
    const isTls = scheme === "https://"
    if (!isTls && scheme !== "http://") return undefined
    const hash = url.indexOf("#")
    const end = hash < 0 ? url.length : hash
    const slash = url.indexOf("/", start)
    const pathAt = slash < 0 ? end : slash
    const origin = url.slice(0, pathAt)
    // the colons of an IPv6 address are in brackets
    const bracket = url[start] === "[" ? origin.indexOf("]") : -1
    const colon = origin.indexOf(":", Math.max(bracket, start))
    const hostEnd = colon < 0 ? pathAt : colon
    const host =
        bracket < 0 ? url.slice(start, hostEnd) : url.slice(start + 1, bracket)
    const usual = isTls ? "443" : "80"
    const digits = colon < 0 ? usual : url.slice(colon + 1, pathAt)
    const port = parseInt(digits)
    if (!host || "" + port !== digits || port < 1 || port > 65535)
        return undefined
    return {
        proto: isTls ? "tls" : "tcp",
        host,
        port,
        origin,
        path: url.slice(pathAt, end) || "/",
    }
}

/** Sends a request on a new connection. @returns its answer; what goes wrong is its `fault` */
async function exchange(
    clock: Clock,
    socket: NetSocket,
    address: HttpAddress,
    wanted: HttpRequest,
    body: string | undefined,
    deadline: number
): Promise<HttpAnswer> {
    const { host, port, proto } = address
    const { isWanted } = wanted
    const request = compose(wanted, address, body)
    const answer = newAnswer(wanted.maxBytes, wanted.onBody)
    const news = new Signal()
    let isOpen = false
    let isSent = false
    const connection = socket.open(host, port, proto, {
        opened: () => {
            isOpen = true
            news.notify()
        },
        received: data => {
            if (!takeAnswer(answer, data)) return
            // at once: whatever else arrives would fill the heap
            connection.close()
            news.notify()
        },
        closed: reason => {
            endAnswer(answer, reason && withoutAddress(reason))
            news.notify()
        },
    })
    while (!isOver(answer)) {
        const left = deadline - clock.millis()
        if (left <= 0) answer.fault = slowness(isOpen, answer)
        else if (isWanted && !isWanted()) answer.fault = "given up"
        else if (isOpen && !isSent) {
            isSent = connection.write(request) !== WOULD_BLOCK
            if (!isSent) await news.wait(Math.min(RETRY_MS, left))
        } else await news.wait(isWanted ? Math.min(UNWANTED_MS, left) : left)
    }
    connection.close()
    return answer
}

function slowness(isOpen: boolean, { status, received }: HttpAnswer): string {
    if (!isOpen) return "no connection in time"
    return status === 0
        ? "no answer in time"
        : `slow: ${received} bytes in time`
}

function compose(
    { headers }: HttpRequest,
    { origin, path }: HttpAddress,
    body: string | undefined
): string {
    const host = origin.slice(origin.indexOf("//") + 2)
    const content = body
        ? `Content-Type: application/json\r\nContent-Length: ${body.byteLength}\r\n`
        : ""
    return `${body ? "POST" : "GET"} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${headers || ""}${content}\r\n${body || ""}`
}

/** Where a redirect leads: a URL, or a reference to one (RFC 3986, section 5.2); undefined for others. */
function redirected(
    { origin, path }: HttpAddress,
    location: string
): HttpAddress | undefined {
    if (!location) return undefined
    const schemeEnd = skipChars(location.toLowerCase(), 0, SCHEME)
    if (location[schemeEnd] === ":") return parseUrl(location)
    if (location.startsWith("//"))
        return parseUrl(origin.slice(0, origin.indexOf("//")) + location)
    const [base] = splitText(path, "?")
    const first = location[0]
    if (first === "?") return parseUrl(origin + base + location)
    const folder = first === "/" ? "" : base.slice(0, base.lastIndexOf("/") + 1)
    return parseUrl(origin + withoutDots(folder + location))
}

/** An absolute path, which a query may follow, without its segments `.` and `..`. */
function withoutDots(path: string): string {
    const [segments] = splitText(splitText(path, "#")[0], "?")
    const kept: string[] = []
    for (const segment of splitText(segments, "/"))
        if (segment !== "..") {
            if (segment !== ".") kept.push(segment)
        } else if (kept.length > 1) kept.pop()
    return kept.join("/") + path.slice(segments.length)
}

function httpError(message: string): Error {
    return namedError(HTTP_ERROR, message)
}
