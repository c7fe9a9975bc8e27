// Who may drive the boards. A page of another origin must not, although the browser would send its
// requests here: Host tells rebound names, Origin and Sec-Fetch-Site tell other pages. Beyond this
// machine, and through a proxy, a token is wanted as well.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { isIP } from "node:net"
import { urlHost } from "../../words.ts"

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
const TOKEN_BYTES = 24

/** Why a request is refused: the status, and words for it. */
export interface Refusal {
    status: 401 | 403
    reason: string
}

/** The rules for the requests to one server. */
export class Access {
    /** Wanted with each request; undefined when the server is for this machine only. */
    readonly token: string | undefined
    private readonly host: string
    private readonly proxy: URL | undefined
    private port = 0

    /**
     * @param host what the server is bound to; undefined or empty for 127.0.0.1
     * @param proxy the address that browsers open, if a proxy hands their requests on
     */
    constructor(host: string | undefined, proxy?: URL) {
        this.host = browserName(host || "127.0.0.1")
        this.proxy = proxy
        if (host || proxy)
            this.token = randomBytes(TOKEN_BYTES).toString("base64url")
    }

    /** Tells the port, once it is known. */
    listensOn(port: number): void {
        this.port = port
    }

    /** Name of the cookie; cookies are shared by all ports of a host. */
    get cookie(): string {
        return `fiberd-${this.port}`
    }

    /** Why a request is refused; undefined when it is not. */
    refusal(request: IncomingMessage): Refusal | undefined {
        const { host, origin, "sec-fetch-site": site } = request.headers
        if (host === undefined || !this.isOwnHost(host))
            return { status: 403, reason: "Host: this is not its name" }
        const origins = [undefined, `http://${host}`, this.proxy?.origin]
        if (!origins.includes(origin))
            return { status: 403, reason: "Origin: another page may not ask" }
        const isOpening =
            request.method === "GET" &&
            request.headers["sec-fetch-mode"] === "navigate"
        if (
            !isOpening &&
            site !== undefined &&
            !/^(same-origin|none)$/.test(site as string)
        )
            return { status: 403, reason: "another page may not ask" }
        if (!this.hasToken(request))
            return {
                status: 401,
                reason: "open the address that fiberctl has printed: it has the token",
            }
        return undefined
    }

    /** Whether a token is the one, compared in constant time. */
    isToken(given: string | null | undefined): boolean {
        if (this.token === undefined) return true
        return timingSafeEqual(digest(given ?? ""), digest(this.token))
    }

    private isOwnHost(host: string): boolean {
        if (host.toLowerCase() === this.proxy?.host) return true
        const [, name, port = "80"] =
            /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d+))?$/i.exec(host) ?? []
        if (name === undefined || Number(port) !== this.port) return false
        const known = [...LOOPBACK, this.host]
        if (known.includes(name.toLowerCase())) return true
        // bound to every address of this machine: any of them, but no name
        const isEvery = this.host === "0.0.0.0" || this.host === "[::]"
        return isEvery && isIP(name.replace(/^\[|\]$/g, "")) !== 0
    }

    private hasToken({ headers }: IncomingMessage): boolean {
        if (this.token === undefined) return true
        const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1]
        const cookie = (headers.cookie ?? "")
            .split(/;\s*/)
            .find(pair => pair.startsWith(`${this.cookie}=`))
        return this.isToken(bearer ?? cookie?.slice(this.cookie.length + 1))
    }
}

/** A host as browsers name it in requests: `::0001` is `[::1]`, `Roof.local` is `roof.local`. */
function browserName(host: string): string {
    const url = `http://${urlHost(host)}`
    // one that is no part of an address is no name that a browser sends
    return URL.canParse(url) ? new URL(url).hostname : host
}

function digest(text: string): Buffer {
    return createHash("sha256").update(text).digest()
}
