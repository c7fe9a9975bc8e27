// A client of HTTP/1.1 (RFC 9110, 9112) on the VM's one socket, for small requests and answers: one
// at a time, with limits on size and time. Who calls has the socket from the arbiter.
import * as ds from "@devicescript/core"
import {
    Clock,
    Connection,
    NetSocket,
    Signal,
    SocketProto,
    WOULD_BLOCK,
} from "../platform"
import { HttpAnswer } from "./http-answer"

/** Longest time of a request with all its redirects, when it does not say, ms. */
export const HTTP_TIMEOUT_MS = 10000
/** Most redirects that are followed. */
export const MAX_REDIRECTS = 3
/** Longest URL, in bytes. */
export const MAX_URL_BYTES = 200
/** How often a write that the socket did not take is tried again, ms. */
const RETRY_MS = 50

/** Name of the errors of a request; their messages name the server, what failed, and no path. */
export const HTTP_ERROR = "HttpError"

/** What is asked of a server. */
export interface HttpRequest {
    /** `http://` or `https://`; without user and password. */
    url: string
    /** `GET` when left out. */
    method?: "GET" | "POST"
    /** Header fields besides host, connection and content-length; no line ends in them. */
    headers?: Record<string, string>
    /** Sent as JSON. */
    body?: string
    /** Longest body of the answer, in bytes; a longer one is a fault. */
    maxBytes: number
    /** Takes the answer's body, part by part; only of one with status 200. */
    onBody?: (part: Buffer) => void
    timeoutMs?: number
}

/** What a server answered. Whether its status is a good one is for the caller to say. */
export interface HttpResponse {
    status: number
    /** Undefined when the server sent none. */
    etag: string
    date: string
}

/** Where a URL points to. */
export interface HttpAddress {
    proto: SocketProto
    host: string
    port: number
    /** Begins with `/`. */
    path: string
}

/**
 * Sends a request and reads the answer, over redirects within the same host.
 * @throws an error of name HTTP_ERROR: no connection, no HTTP, too long, too slow, ended too soon
 */
export async function httpRequest(
    clock: Clock,
    socket: NetSocket,
    request: HttpRequest
): Promise<HttpResponse> {
    const deadline = clock.millis() + (request.timeoutMs ?? HTTP_TIMEOUT_MS)
    let address = parseUrl(request.url)
    if (!address) throw httpError("", "the URL is malformed")
    for (let redirects = 0; ; redirects++) {
        const answer = await exchange(clock, socket, request, address, deadline)
        const { status, etag, date, location } = answer
        if (status < 301 || status > 308 || status === 304)
            return { status, etag, date }
        if (redirects >= MAX_REDIRECTS)
            throw httpError(
                address.host,
                `more than ${MAX_REDIRECTS} redirects`
            )
        address = redirected(address, location)
    }
}

/** Reads a URL; undefined when it is malformed, too long, or holds a user or a password. */
export function parseUrl(url: string): HttpAddress | undefined {
    if (!url || url.byteLength > MAX_URL_BYTES) return undefined
    for (let i = 0; i < url.length; i++)
        if (url.charCodeAt(i) <= 32 || url.charCodeAt(i) > 126) return undefined
    const isTls = url.startsWith("https://")
    if (!isTls && !url.startsWith("http://")) return undefined
    const rest = url.slice(isTls ? 8 : 7)
    const slash = rest.indexOf("/")
    const authority = slash < 0 ? rest : rest.slice(0, slash)
    const path = slash < 0 ? "/" : rest.slice(slash)
    if (authority.indexOf("@") >= 0 || authority.indexOf("?") >= 0)
        return undefined
    const bracket = authority.indexOf("]")
    const colon = authority.indexOf(":", Math.max(bracket, 0))
    const name = colon < 0 ? authority : authority.slice(0, colon)
    const digits = authority.slice(colon + 1)
    const port = colon < 0 ? (isTls ? 443 : 80) : parseInt(digits)
    if (colon >= 0 && "" + port !== digits) return undefined
    if (!name || !(port >= 1 && port <= 65535)) return undefined
    const host = bracket > 0 ? name.slice(1, bracket) : name
    const hash = path.indexOf("#")
    return {
        proto: isTls ? "tls" : "tcp",
        host,
        port,
        path: hash < 0 ? path : path.slice(0, hash),
    }
}

/** One request and its answer, on a connection of its own. */
async function exchange(
    clock: Clock,
    socket: NetSocket,
    request: HttpRequest,
    address: HttpAddress,
    deadline: number
): Promise<HttpAnswer> {
    const { host, port, proto } = address
    const news = new Signal()
    let opened = false
    let ended = false
    let reason: string = undefined
    const answer: HttpAnswer = new HttpAnswer(request.maxBytes, part => {
        if (answer.status === 200 && request.onBody) request.onBody(part)
    })
    const connection = socket.open(host, port, proto, {
        opened: () => {
            opened = true
            news.notify()
        },
        received: data => {
            answer.take(data)
            if (!answer.isDone() && !answer.fault) return
            // at once: what else comes would fill the heap
            connection.close()
            news.notify()
        },
        closed: why => {
            ended = true
            reason = why
            news.notify()
        },
    })
    try {
        let sent = false
        while (!answer.isDone() && !answer.fault && !ended) {
            const left = deadline - clock.millis()
            if (left <= 0) throw httpError(host, slowness(opened, answer))
            if (opened && !sent) {
                sent = send(connection, compose(request, address))
                if (!sent) await news.wait(Math.min(RETRY_MS, left))
            } else await news.wait(left)
        }
        if (ended && answer.status === 0)
            throw httpError(host, reason || "the connection was closed")
        answer.end()
        if (answer.fault) throw httpError(host, answer.fault)
        return answer
    } finally {
        connection.close()
    }
}

function slowness(opened: boolean, answer: HttpAnswer): string {
    if (!opened) return "no connection in time"
    return answer.status !== 0
        ? `slow: ${answer.received} bytes in time`
        : "no answer in time"
}

/** @returns false when the socket did not take it */
function send(connection: Connection, text: string): boolean {
    return connection.write(text) !== WOULD_BLOCK
}

function compose(
    { method, headers, body }: HttpRequest,
    { proto, host, port, path }: HttpAddress
): string {
    const isUsual = port === (proto === "tls" ? 443 : 80)
    const name = host.indexOf(":") < 0 ? host : `[${host}]`
    const lines = [
        `${method || "GET"} ${path} HTTP/1.1`,
        `Host: ${isUsual ? name : `${name}:${port}`}`,
        "Connection: close",
    ]
    if (headers)
        for (const field of Object.keys(headers))
            lines.push(`${field}: ${headers[field]}`)
    if (body !== undefined) {
        lines.push("Content-Type: application/json")
        lines.push(`Content-Length: ${body.byteLength}`)
    }
    lines.push("", body || "")
    return lines.join("\r\n")
}

/** Where a redirect leads to. @throws HTTP_ERROR when that is another host, or less safe */
function redirected(from: HttpAddress, location: string): HttpAddress {
    const { host, proto } = from
    if (location && location[0] === "/" && location[1] !== "/") {
        const { port } = from
        return { proto, host, port, path: location }
    }
    const to = parseUrl(location)
    if (!to) throw httpError(host, "a redirect to nowhere")
    if (to.host !== host) throw httpError(host, "a redirect to another host")
    if (proto === "tls" && to.proto !== "tls")
        throw httpError(host, "a redirect from https to http")
    return to
}

function httpError(host: string, problem: string): Error {
    const error = new Error(host ? `${host}: ${problem}` : problem)
    error.name = HTTP_ERROR
    return error
}
