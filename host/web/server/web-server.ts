import {
    createServer,
    type IncomingMessage,
    type Server,
    type ServerResponse,
} from "node:http"
import type { AddressInfo } from "node:net"
import { listenError } from "../../errors.ts"
import { urlHost } from "../../words.ts"
import type { Failure } from "../protocol.ts"
import { Access } from "./access.ts"
import {
    ACTIONS,
    type Body,
    failureOf,
    QUESTIONS,
    RequestError,
} from "./api.ts"
import { type PageFile, pageFiles } from "./page-files.ts"
import type { Sessions } from "./sessions.ts"
import { Stream } from "./stream.ts"

/** Default port of the console; a free one instead when it is taken. */
export const DEFAULT_PORT = 8383
/** Longest body of a request: a configuration file in base64 is far below. */
const MAX_BODY_BYTES = 64 << 10
/** Most pages that follow a board or the list at a time. */
const MAX_STREAMS = 32
const DAY_S = 86_400

/** Nothing is fetched from elsewhere, nobody may frame the page. */
const HEADERS = {
    "content-security-policy":
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
        "frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}

/** Where a server listens. */
export interface WebOptions {
    /** A free one when it is taken, unless it was asked for. */
    port?: number
    /** Another address than 127.0.0.1; then each request needs the token. */
    host?: string
    /** The address that browsers open, if a proxy hands their requests on; it ends with "/". */
    proxy?: URL
}

/** Serves the page, its stream and its questions and actions. */
export class WebServer {
    private readonly sessions: Sessions
    private readonly access: Access
    private readonly server: Server
    private readonly streams = new Set<Stream>()
    private readonly host: string
    private readonly proxy: URL | undefined
    private files = new Map<string, PageFile>()
    private port = 0

    constructor(sessions: Sessions, { host, proxy }: WebOptions = {}) {
        this.sessions = sessions
        this.host = host || "127.0.0.1"
        this.proxy = proxy
        this.access = new Access(host, proxy)
        this.server = createServer((request, response) =>
            this.take(request, response)
        )
    }

    /** Starts to listen. @throws UsageError when that is not possible */
    async start(port: number | undefined): Promise<void> {
        this.files = await pageFiles()
        const wanted = port ?? DEFAULT_PORT
        try {
            await this.listen(wanted)
        } catch (caught) {
            const error = caught as NodeJS.ErrnoException
            if (port !== undefined || error.code !== "EADDRINUSE")
                throw listenError(this.host, wanted, error)
            await this.listen(0)
        }
        this.port = (this.server.address() as AddressInfo).port
        this.access.listensOn(this.port)
    }

    /** The address to open; it has the token where one is needed. */
    get url(): string {
        const { token } = this.access
        const own = `http://${urlHost(this.host)}:${this.port}/`
        return `${this.proxy?.href ?? own}${token ? `?token=${token}` : ""}`
    }

    async close(): Promise<void> {
        for (const stream of this.streams) stream.close()
        const closed = new Promise(resolve => this.server.close(resolve))
        this.server.closeAllConnections()
        await closed
    }

    private listen(port: number): Promise<void> {
        return new Promise((resolve, reject) => {
            this.server.once("error", reject)
            this.server.listen(port, this.host, () => {
                this.server.off("error", reject)
                resolve()
            })
        })
    }

    private take(request: IncomingMessage, response: ServerResponse): void {
        for (const [name, value] of Object.entries(HEADERS))
            response.setHeader(name, value)
        const url = parseUrl(request)
        if (!url)
            return refuse(response, 400, "RequestError", "no such address")
        const token = url.searchParams.get("token")
        if (
            url.pathname === "/" &&
            token !== null &&
            this.access.isToken(token)
        )
            return this.letIn(response, token)
        const refusal = this.access.refusal(request)
        if (refusal)
            return refuse(
                response,
                refusal.status,
                "AccessError",
                refusal.reason
            )
        this.answer(request, response, url).catch(error => {
            if (response.headersSent) return void response.destroy()
            refuse(response, ...failureOf(error))
        })
    }

    /** Puts the token into a cookie, and takes it out of the address. */
    private letIn(response: ServerResponse, token: string): void {
        // over a proxy with TLS it must not come back without
        const secure = this.proxy?.protocol === "https:" ? "; Secure" : ""
        response.writeHead(303, {
            // a proxy may have the page below another path
            location: "./",
            // without a path it is for the page's own folder: what else a proxy has does not get it
            "set-cookie": `${this.access.cookie}=${token}; HttpOnly; SameSite=Strict; Max-Age=${30 * DAY_S}${secure}`,
        })
        response.end()
    }

    private async answer(
        request: IncomingMessage,
        response: ServerResponse,
        url: URL
    ): Promise<void> {
        const file = this.files.get(url.pathname)
        if ((request.method === "GET" || request.method === "HEAD") && file)
            return sendFile(request, response, file)
        if (request.method === "GET" && url.pathname === "/api/events")
            return this.openStream(request, response, url)
        const [, device, name] =
            /^\/api\/boards\/([0-9a-f]{16})\/([a-z-]+)$/.exec(url.pathname) ??
            []
        const session = device && this.sessions.find(device)
        if (!session)
            throw new RequestError(404, "no such address, or no such board")
        const question = request.method === "GET" && own(QUESTIONS, name!)
        if (question)
            return sendJson(
                response,
                200,
                await question(session, url.searchParams)
            )
        const action = request.method === "POST" && own(ACTIONS, name!)
        if (!action) throw new RequestError(404, "no such address")
        const result = await action(session, await readBody(request))
        session.refresh()
        sendJson(response, 200, result ?? {})
    }

    private openStream(
        request: IncomingMessage,
        response: ServerResponse,
        url: URL
    ): void {
        if (this.streams.size >= MAX_STREAMS)
            throw new RequestError(503, `${MAX_STREAMS} pages follow already`)
        const { searchParams } = url
        const stream = new Stream(
            request,
            response,
            this.sessions,
            searchParams
        )
        this.streams.add(stream)
        response.on("close", () => this.streams.delete(stream))
    }
}

function own<T>(table: Record<string, T>, name: string): T | undefined {
    return Object.hasOwn(table, name) ? table[name] : undefined
}

function parseUrl({ url = "" }: IncomingMessage): URL | undefined {
    // what is no path, as "//elsewhere", is no address of this server
    return /^\/(?!\/)/.test(url) && URL.canParse(url, "http://console")
        ? new URL(url, "http://console")
        : undefined
}

/** @throws RequestError when it is too long, or no JSON object */
async function readBody(request: IncomingMessage): Promise<Body> {
    if (!/^application\/json\b/.test(request.headers["content-type"] ?? ""))
        throw new RequestError(415, "JSON is wanted")
    const parts: Buffer[] = []
    let length = 0
    for await (const part of request as AsyncIterable<Buffer>) {
        length += part.length
        if (length > MAX_BODY_BYTES)
            throw new RequestError(
                413,
                `the request has more than ${MAX_BODY_BYTES} bytes`
            )
        parts.push(part)
    }
    let body: unknown
    try {
        body = JSON.parse(Buffer.concat(parts).toString())
    } catch {
        throw new RequestError(400, "this is no JSON")
    }
    if (typeof body !== "object" || body === null)
        throw new RequestError(400, "a JSON object is wanted")
    return body as Body
}

function sendFile(
    request: IncomingMessage,
    response: ServerResponse,
    { type, body, zipped }: PageFile
): void {
    const isZipped = /\bgzip\b/.test(String(request.headers["accept-encoding"]))
    response.writeHead(200, {
        "content-type": type,
        "cache-control": "no-cache",
        ...(isZipped ? { "content-encoding": "gzip" } : {}),
    })
    response.end(isZipped ? zipped : body)
}

function sendJson(
    response: ServerResponse,
    status: number,
    value: unknown
): void {
    response.writeHead(status, {
        "content-type": "application/json",
        "cache-control": "no-store",
    })
    response.end(JSON.stringify(value))
}

function refuse(
    response: ServerResponse,
    status: number,
    name: string,
    message: string
): void {
    const failure: Failure = { error: { name, message } }
    sendJson(response, status, failure)
}
