/** Answers of an HTTP server, good and bad, from a seed, and what a client has to make of them. */

import { randomFrom } from "../../bench/lib/faults.ts"

/** Longest body that the client takes, and most lines of a head, as it is set up and as it says. */
export const MAX_BODY = 400
const MAX_LINES = 60

/** What a client gets. */
export interface Outcome {
    /** Undefined for an answer that is faulty. */
    status?: number
    etag?: string
    /** The body of status 200, up to the fault. */
    body: Buffer
}

/** What a server sends before it closes the connection. */
export function httpAnswer(seed: number): Buffer {
    const random = randomFrom(seed)
    const below = (limit: number) => Math.floor(random() * limit)
    const pick = <T>(...choices: T[]): T => choices[below(choices.length)]!
    const often = (usual: string, ...others: string[]) =>
        below(3) > 0 ? usual : pick(...others)
    const eol = pick("\r\n", "\r\n", "\n")
    const parts: (string | Buffer)[] = []
    const line = (text: string) =>
        void parts.push(Buffer.from(text, "latin1"), eol)
    const field = (name: string, value: string) => {
        const spelled = pick(name, name.toLowerCase(), name.toUpperCase())
        line(`${spelled}:${pick(" ", "", "\t", "  ")}${value}${pick("", " ")}`)
    }
    const someFields = () => {
        for (let n = below(4); n > 0; --n)
            pick(
                () => field("X-Caf\xe9", "\xff\x80"),
                () => field("Server", "a: b: c"),
                () => field("X-Long", "x".repeat(below(900))),
                () => field("X-Folded", `a${eol}\tContent-Length: 1`),
                () => line("no field at all"),
                () => field("ETag", `"${below(1000)}"`)
            )()
    }
    for (let n = below(3) - 1; n > 0; --n) {
        line(`HTTP/1.1 ${pick("100 Continue", "103 Early Hints")}`)
        someFields()
        line("")
    }
    const version = often("HTTP/1.1", "HTTP/1.0", "HTTP/2", "http/1.1", "ICY")
    const status = often(
        "200",
        "200",
        "404",
        "204",
        "500",
        "2000",
        "20",
        "x",
        "99"
    )
    line(`${version} ${status}${pick(" OK", "", " ", " na\xefve")}`)
    someFields()
    const body = Buffer.from(
        Array.from({ length: below(MAX_BODY * 1.1) }, () => below(256))
    )
    const length = String(body.length)
    const framing = pick("none", "length", "length", "chunked", "chunked")
    if (framing === "length") {
        const value = often(
            length,
            length,
            "0" + length,
            "+" + length,
            "-1",
            "",
            length + "x",
            String(body.length + 3),
            String(body.length >> 1),
            "99999999999999999999"
        )
        field("Content-Length", value)
        if (below(5) === 0) field("Content-Length", pick(value, "7"))
    } else if (framing === "chunked") {
        if (below(5) === 0) field("Content-Length", pick(length, "1"))
        field(
            "Transfer-Encoding",
            often("chunked", "Chunked", "gzip", "gzip, chunked", "")
        )
        if (below(9) === 0) field("Transfer-Encoding", pick("chunked", "gzip"))
    }
    if (below(20) === 0) for (let n = below(90); n > 0; --n) field("A", "b")
    line("")
    if (framing !== "chunked") parts.push(body)
    else {
        const least = pick(1, 20, 100)
        for (let at = 0; at < body.length;) {
            const size = Math.min(least + below(100), body.length - at)
            const hex = size.toString(16)
            line(
                often(
                    hex,
                    hex,
                    "00000" + hex,
                    hex.toUpperCase() + ' ;a="b"',
                    hex + ";" + "e".repeat(below(990))
                ) + (below(60) === 0 ? pick("g", " 1", "x", "0000") : "")
            )
            parts.push(body.subarray(at, at + size))
            line(below(60) === 0 ? "x" : "")
            at += size
        }
        line(often("0", "000", "0;last"))
        someFields()
        line("")
    }
    if (below(4) === 0)
        parts.push("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
    const all = Buffer.concat(parts.map(part => Buffer.from(part as string)))
    return below(4) === 0 ? all.subarray(0, below(all.length)) : all
}

/**
 * What a client has to make of an answer after which the connection is closed in order: RFC 9112,
 * where it says MUST to a user agent, with the limits of ours. Only the body of status 200 counts, and
 * an answer of another status is over with its head.
 */
export function expectedOutcome(answer: Buffer): Outcome {
    let at = 0
    const body: Buffer[] = []
    const faulty = (): Outcome => ({ body: Buffer.concat(body) })
    const nextLine = (): string | undefined => {
        const end = answer.indexOf(10, at)
        if (end < 0) return undefined
        const text = answer.toString("latin1", at, end)
        at = end + 1
        return text.length > 1000 ? undefined : text.replace(/\r$/, "")
    }
    let lines = 0
    let status: number
    let fields: [name: string, value: string][]
    do {
        const [, digits] =
            /^HTTP\/1\.. ([1-5]\d\d)( .*)?$/.exec(nextLine() ?? "") ?? []
        if (!digits) return faulty()
        status = Number(digits)
        fields = []
        for (let text; (text = nextLine());) {
            if (++lines > MAX_LINES) return faulty()
            const [, name, value] =
                /^([^:]*):[ \t]*(.*?)[ \t]*$/.exec(text) ?? []
            if (name) fields.push([name.toLowerCase(), value!])
        }
        if (answer[at - 1] !== 10 || ++lines > MAX_LINES) return faulty()
        if (!isHeadWhole(answer, at)) return faulty()
    } while (status < 200)
    const all = (name: string) => [
        ...new Set(
            fields.filter(([known]) => known === name).map(([, value]) => value)
        ),
    ]
    const etag = all("etag").length
        ? fields.findLast(([name]) => name === "etag")![1]
        : undefined
    const whole = (): Outcome => ({
        status,
        ...(etag === undefined ? {} : { etag }),
        body: Buffer.concat(body),
    })
    const codings = all("transfer-encoding")
    const lengths = all("content-length")
    if (codings.length > 1 || lengths.length > 1) return faulty()
    if (status !== 200) return whole()
    const take = (size: number): boolean => {
        const part = answer.subarray(at, at + size)
        body.push(part)
        at += part.length
        return part.length === size && Buffer.concat(body).length <= MAX_BODY
    }
    if (codings[0]) {
        if (codings[0].toLowerCase() !== "chunked") return faulty()
        for (let chunks = 1; ; ++chunks) {
            const [, hex] =
                /^([0-9a-f]+)[ \t]*(;.*)?$/i.exec(nextLine() ?? "") ?? []
            if (!hex) return faulty()
            const size = parseInt(hex, 16)
            if (size === 0) break
            const had = Buffer.concat(body).length
            if (chunks > 60 + (had >> 4) || size > 0xffffff) return faulty()
            if (!take(size) || nextLine() !== "") return faulty()
        }
        for (let n = 1, text; (text = nextLine()) !== ""; ++n)
            if (text === undefined || n >= MAX_LINES) return faulty()
        return whole()
    }
    if (!lengths.length) return take(answer.length - at) ? whole() : faulty()
    if (!/^\d+$/.test(lengths[0]!)) return faulty()
    const size = Number(lengths[0])
    return size <= MAX_BODY && take(size) ? whole() : faulty()
}

/** Whether what ends before `at` ends with an empty line. */
function isHeadWhole(answer: Buffer, at: number): boolean {
    return /\n\r?\n$/.test(answer.toString("latin1", 0, at))
}
