import { createHash } from "node:crypto"
import {
    accessSync,
    constants,
    readdirSync,
    realpathSync,
    statSync,
} from "node:fs"
import {
    createServer,
    type IncomingMessage,
    type Server,
    type ServerResponse,
} from "node:http"
import { join, normalize, sep } from "node:path"
import { readInput, statsOf } from "../files.ts"
import { hashOf, MAX_FILE_BYTES, parseFile } from "./file.ts"

/** Most entries of folders that are looked at for a list. */
const MAX_LISTED = 20_000
/** Longest report taken, in bytes. */
const MAX_REPORT_BYTES = 2000
/** What names of signed files usually end with. */
const SIGNED_SUFFIX = ".ota"
/** Longest wait for a request, in ms. */
const REQUEST_TIMEOUT_MS = 10_000

/** What a board says about itself, with a request or as a report. */
export interface BoardReport {
    device: string
    version: number
    hash: string
    state: string
    reason: string
}

/** What the server saw of one request. */
export interface ServeEvent {
    /** RFC 3339. */
    time: string
    method: string
    path: string
    status: number
    /** Version of the file that was sent. */
    sent?: number
    /** Why a file that is there is not served. */
    problem?: string
    board?: Partial<BoardReport>
}

/** A file that is served. */
export interface ServedFile {
    name: string
    version: number
    hash: string
}

/** A file that is not served, although its name says so. */
export interface FaultyFile {
    name: string
    problem: string
}

/** What a folder serves. */
export interface Listing {
    files: ServedFile[]
    faulty: FaultyFile[]
    /** There is more than was looked at; it is served all the same. */
    isCut: boolean
}

/**
 * The signed files of a folder, of its subfolders too, and those that are named so and are none.
 * @param most entries of folders that are looked at
 */
export function listFiles(folder: string, most = MAX_LISTED): Listing {
    const files: ServedFile[] = []
    const faulty: FaultyFile[] = []
    const { names, isCut } = namesIn(folder, most)
    for (const name of names.sort()) {
        const file = readSigned(join(folder, name))
        if (typeof file === "object")
            files.push({ name, version: file.version, hash: file.hash })
        else if (file && name.endsWith(SIGNED_SUFFIX))
            faulty.push({ name, problem: file })
    }
    return { files, faulty, isCut }
}

/**
 * What lies in a folder, and then in its subfolders; links are followed, but not back into where they
 * lie. One of them may lead to a whole disk.
 */
function namesIn(
    folder: string,
    most: number
): { names: string[]; isCut: boolean } {
    accessSync(folder, constants.R_OK)
    const names: string[] = []
    const folders = [{ path: "", above: [realpathSync(folder)] }]
    let looked = 0
    for (const { path, above } of folders)
        for (const entry of entriesOf(join(folder, path))) {
            if (++looked > most) return { names, isCut: true }
            const name = join(path, entry)
            const real = realFolder(join(folder, name))
            if (real === undefined) names.push(name)
            else if (!above.includes(real))
                folders.push({ path: name, above: [...above, real] })
        }
    return { names, isCut: false }
}

/** What lies in a folder; nothing in one that may not be read. */
function entriesOf(folder: string): string[] {
    try {
        return readdirSync(folder)
    } catch {
        return []
    }
}

/** Where a folder lies, past links; undefined for what is none. */
function realFolder(path: string): string | undefined {
    try {
        const real = realpathSync(path)
        return statSync(real).isDirectory() ? real : undefined
    } catch {
        return undefined
    }
}

/**
 * Serves the signed files of a folder, and nothing else in it, and takes the reports of boards by
 * POST at any path.
 */
export function serveFolder(
    folder: string,
    onEvent: (event: ServeEvent) => void
): Server {
    const server = createServer((request, response) => {
        answer(folder, request, response).then(
            event => {
                const { method = "", url = "" } = request
                const time = new Date().toISOString()
                const { statusCode: status } = response
                onEvent({ time, method, path: url, status, ...event })
            },
            // the board is gone in the middle of its report, which it sends again
            () => response.destroy()
        )
    })
    server.requestTimeout = REQUEST_TIMEOUT_MS
    return server
}

async function answer(
    folder: string,
    request: IncomingMessage,
    response: ServerResponse
): Promise<Partial<ServeEvent>> {
    if (request.method === "POST") return await takeReport(request, response)
    const board = boardOf(request)
    if (request.method !== "GET" && request.method !== "HEAD") {
        response.writeHead(405, { allow: "GET, HEAD, POST" }).end()
        return { board }
    }
    const file = readSigned(pathOf(folder, request.url ?? ""))
    if (typeof file !== "object") {
        response.writeHead(404).end()
        return { board, problem: file }
    }
    const { bytes, etag, version } = file
    const headers = { etag, "cache-control": "no-cache" }
    if (request.headers["if-none-match"]?.includes(etag)) {
        response.writeHead(304, headers).end()
        return { board }
    }
    response.writeHead(200, {
        ...headers,
        "content-type": "text/plain; charset=utf-8",
        "content-length": bytes.length,
    })
    if (request.method === "HEAD") {
        response.end()
        return { board }
    }
    response.end(bytes)
    return { sent: version, board }
}

/** The file that a path names; outside of the folder there is none. */
function pathOf(folder: string, url: string): string {
    try {
        const [path] = url.split("?", 1)
        const name = normalize(sep + decodeURIComponent(path!))
        return name.includes("\0") ? "" : join(folder, name)
    } catch {
        return "" // a malformed escape
    }
}

/** A signed file; what is wrong with one that is none; undefined where no file is. */
function readSigned(
    path: string
):
    | { bytes: Buffer; etag: string; version: number; hash: string }
    | string
    | undefined {
    try {
        const stats = statsOf(path)
        if (!stats?.isFile()) return undefined
        // files of /proc, to which a link may lead, tell no size, and may block
        const bytes = stats.size
            ? readInput(path, MAX_FILE_BYTES)
            : Buffer.alloc(0)
        const file = parseFile(bytes)
        if (typeof file === "string") return file
        const sum = createHash("sha256").update(bytes).digest("hex")
        const { version, body } = file
        const etag = `"${sum.slice(0, 16)}"`
        return { bytes, etag, version, hash: hashOf(body) }
    } catch (error) {
        return `cannot be read: ${(error as Error).message}`
    }
}

/** A board names itself in a header that other servers pass over. */
function boardOf(request: IncomingMessage): Partial<BoardReport> | undefined {
    const text = request.headers["x-fiberd"]
    if (typeof text !== "string") return undefined
    const match =
        /^device=([0-9a-f]{16}); version=(\d{1,10}); state=([a-z-]{1,20})$/.exec(
            text
        )
    if (!match) return undefined
    return { device: match[1], version: Number(match[2]), state: match[3] }
}

async function takeReport(
    request: IncomingMessage,
    response: ServerResponse
): Promise<Partial<ServeEvent>> {
    const parts: Buffer[] = []
    let size = 0
    for await (const part of request) {
        size += part.length
        if (size > MAX_REPORT_BYTES) {
            response.writeHead(413, { connection: "close" }).end()
            return {}
        }
        parts.push(part)
    }
    const board = parseReport(Buffer.concat(parts).toString())
    response.writeHead(board ? 204 : 400).end()
    return { board }
}

/** What a report says, cut to what is known and printable. */
function parseReport(text: string): BoardReport | undefined {
    try {
        const { device, version, hash, state, reason } = JSON.parse(text)
        if (!/^[0-9a-f]{16}$/.test(device)) return undefined
        return {
            device,
            version: Number(version) || 0,
            hash: clean(hash),
            state: clean(state),
            reason: clean(reason),
        }
    } catch {
        return undefined
    }
}

function clean(text: unknown): string {
    return String(text ?? "")
        .replace(/[^\x20-\x7e]/g, "?")
        .slice(0, 200)
}
