// rows: O1
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import {
    HTTP_ERROR,
    httpRequest,
    HttpAnswer,
    MAX_REDIRECTS,
    parseUrl,
} from "../../src/net"
import { SystemClock } from "../../src/platform"
import { FakeConnection, FakeSocket } from "../../src/testing"

const URL = "http://192.0.2.1:8080/a.env"

/** The result of a request. */
interface Outcome {
    response: HttpAnswer
    error: string
    body: string
    /** What the server received, one text for each connection. */
    requests: string[]
    /** Length of the longest part of the body that was handed on. */
    longest: number
}

/** Sends a request to a server that answers each connection by one function. */
async function ask(
    serve: (connection: FakeConnection, number: number) => ds.AsyncVoid,
    options: {
        url?: string
        maxBytes?: number
        timeoutMs?: number
        body?: string
        etag?: string
    } = {}
): Promise<Outcome> {
    const socket = new FakeSocket()
    let over = false
    const server = async () => {
        let served = 0
        while (!over) {
            const next = socket.connections[served]
            if (next && next.sent) {
                served++
                await serve(next, served)
            } else await ds.sleep(5)
        }
    }
    server.start()
    const parts: string[] = []
    let longest = 0
    let response: HttpAnswer = undefined
    let error = ""
    try {
        response = await httpRequest(
            new SystemClock(),
            socket,
            {
                url: options.url || URL,
                body: options.body,
                headers: options.etag
                    ? `If-None-Match: ${options.etag}\r\n`
                    : undefined,
                maxBytes: options.maxBytes ?? 1000,
                onBody: part => {
                    longest = Math.max(longest, part.length)
                    parts.push(part.toString())
                },
            },
            options.timeoutMs ?? 1000
        )
    } catch (e: any) {
        expect(e.name).toBe(HTTP_ERROR)
        error = e.message
    }
    over = true
    const { connections } = socket
    const last = connections[connections.length - 1]
    if (last) expect(last.isClosed).toBe(true)
    const requests = connections.map(({ sent }) => sent)
    return { response, error, body: parts.join(""), requests, longest }
}

/** A server that sends texts one after another, then closes when asked to. */
function sending(texts: string[], close = false) {
    return async (connection: FakeConnection) => {
        for (const text of texts) {
            connection.answer(text)
            await ds.sleep(0)
        }
        if (close) connection.fail()
    }
}

/** A server that answers the first request with a redirect, and the next one with `ok`. */
function redirecting(location: string) {
    return async (connection: FakeConnection, number: number) =>
        connection.answer(
            number === 1
                ? `HTTP/1.1 302 x\r\nLocation: ${location}\r\n\r\n`
                : OK + "Content-Length: 2\r\n\r\nok"
        )
}

function times(text: string, count: number): string {
    const parts: string[] = []
    for (let i = 0; i < count; i++) parts.push(text)
    return parts.join("")
}

const OK = "HTTP/1.1 200 OK\r\n"

describe("HTTP", () => {
    test("a request is whole, and an answer with its length is read", async () => {
        const { response, body, requests } = await ask(
            sending([
                OK + 'ETag: "x1"\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n',
                "Content-Length: 5\r\n\r\nhel",
                "lo and more that nobody asked for",
            ]),
            { etag: '"x0"' }
        )
        expect(response.status).toBe(200)
        expect(response.fields["etag"]).toBe('"x1"')
        expect(response.fields["date"]).toBe("Sun, 06 Nov 1994 08:49:37 GMT")
        expect(body).toBe("hello")
        expect(requests[0]).toBe(
            'GET /a.env HTTP/1.1\r\nHost: 192.0.2.1:8080\r\nConnection: close\r\nIf-None-Match: "x0"\r\n\r\n'
        )
    })
    test("a chunked answer ends at its last chunk, and its trailers are no fields", async () => {
        const text =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nETag: 1\r\n\r\n" +
            "3;x=y\r\nabc\r\n0\r\nETag: 2\r\nDate: 3\r\n\r\n"
        for (const parts of [[text], text.split("")]) {
            const { response, body, error } = await ask(sending(parts))
            expect(error).toBe("")
            expect(body).toBe("abc")
            expect(response.fields["etag"]).toBe("1")
            expect(response.fields["date"]).toBe(undefined)
        }
    })
    test("an answer may come byte by byte, with any case of names", async () => {
        const text = 'HTTP/1.0 200 fine\nCONTENT-length: 3\neTag:  "a"  \n\nabc'
        const { response, body, longest } = await ask(sending(text.split("")))
        expect(response.fields["etag"]).toBe('"a"')
        expect(body).toBe("abc")
        expect(longest).toBe(1)
    })
    test("a chunked answer is put together", async () => {
        const head = OK + "Transfer-Encoding: Chunked\r\n\r\n"
        const chunks = "3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\nX: 1\r\n\r\n"
        const whole = await ask(sending([head + chunks]))
        expect(whole.body).toBe("abc0123456789")
        const bits = await ask(sending((head + chunks).split("")))
        expect(bits.body).toBe("abc0123456789")
    })
    test("an answer without a length ends with the connection", async () => {
        const { body } = await ask(sending([OK + "\r\nabc", "def"], true))
        expect(body).toBe("abcdef")
    })
    test("one that breaks off is not taken for whole", async () => {
        const { error } = await ask(async connection => {
            connection.answer(OK + "\r\nabc")
            connection.fail("read ECONNRESET")
        })
        expect(error).toBe(
            "192.0.2.1: the connection ended after 3 bytes of the body"
        )
    })
    test("fields of an interim answer do not count, nor a folded line", async () => {
        const { response, body } = await ask(
            sending([
                "HTTP/1.1 103 x\r\nETag: a\r\nContent-Length: 9\r\n\r\n",
                OK + "X: y\r\n Content-Length: 1\r\nContent-Length: 002\r\n",
                "\r\nok",
            ])
        )
        expect(response.fields["etag"]).toBe(undefined)
        expect(body).toBe("ok")
    })
    test("an error page may be of any length", async () => {
        const { response } = await ask(
            sending(["HTTP/1.1 404 x\r\nContent-Length: 5000\r\n\r\n"])
        )
        expect(response.status).toBe(404)
    })
    test("what is posted is not posted again where its result is", async () => {
        const { requests } = await ask(
            async (connection, number) =>
                connection.answer(
                    number === 1
                        ? "HTTP/1.1 303 x\r\nLocation: /b\r\n\r\n"
                        : OK + "Content-Length: 0\r\n\r\n"
                ),
            { body: "{}" }
        )
        expect(requests[0].startsWith("POST /a.env ")).toBe(true)
        expect(requests[1].startsWith("GET /b ")).toBe(true)
        expect(requests[1].indexOf("Content-")).toBe(-1)
    })
    test("a body is sent with its length", async () => {
        const { response, requests } = await ask(
            sending([
                "HTTP/1.1 100 Continue\r\n\r\n",
                "HTTP/1.1 204 x\r\n\r\n",
            ]),
            { body: '{"a":"ü"}' }
        )
        expect(response.status).toBe(204)
        const [request] = requests
        expect(request.startsWith("POST /a.env HTTP/1.1\r\n")).toBe(true)
        expect(request.indexOf("Content-Length: 10\r\n") > 0).toBe(true)
        expect(request.endsWith('\r\n\r\n{"a":"ü"}')).toBe(true)
    })
    test("304 has no body, whatever its length says", async () => {
        const { response, body } = await ask(
            sending(["HTTP/1.1 304 x\r\nContent-Length: 7\r\n\r\n"])
        )
        expect(response.status).toBe(304)
        expect(body).toBe("")
    })
    test("the body of another status than 200 is not handed on", async () => {
        const { response, body } = await ask(
            sending(["HTTP/1.1 500 x\r\nContent-Length: 4\r\n\r\noops"])
        )
        expect(response.status).toBe(500)
        expect(body).toBe("")
    })
    test("a body that nobody takes is not waited for, however long", async () => {
        const page = (head: string) => async (connection: FakeConnection) => {
            connection.answer(head + "Content-Length: 9000\r\n\r\n<html>")
        }
        // the page of a missing file, and what a taker of reports answers
        const missing = await ask(page("HTTP/1.1 404 x\r\n"))
        expect(missing.error + missing.response.status).toBe("404")
        const socket = new FakeSocket()
        const serve = async () => {
            while (!socket.connections[0]) await ds.sleep(5)
            await page(OK)(socket.connections[0])
        }
        serve.start()
        const clock = new SystemClock()
        const wanted = { url: URL, maxBytes: 10 }
        const { status } = await httpRequest(clock, socket, wanted, 1000)
        expect(status).toBe(200)
        expect(socket.connections[0].isClosed).toBe(true)
    })
    test("redirects within the host are followed", async () => {
        const { body, requests } = await ask(async (connection, number) => {
            const to = ["/b", "http://192.0.2.1:8081/c?d"][number - 1]
            connection.answer(
                to
                    ? `HTTP/1.1 302 x\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`
                    : OK + "Content-Length: 2\r\n\r\nok"
            )
        })
        expect(body).toBe("ok")
        expect(requests.length).toBe(3)
        expect(requests[1].startsWith("GET /b ")).toBe(true)
        expect(requests[2].startsWith("GET /c?d ")).toBe(true)
        expect(requests[2].indexOf("Host: 192.0.2.1:8081\r\n") > 0).toBe(true)
    })
    test("a redirect is read as a browser reads it", async () => {
        const places = [
            ["//192.0.2.1:81/c", "GET /c "],
            ["b.env?x=/y", "GET /d/b.env?x=/y "],
            ["?v=2:1", "GET /d/a.env?v=2:1 "],
            ["./../../e/../b#c", "GET /b "],
        ]
        for (const place of places) {
            const [location, expected] = place
            const { body, requests } = await ask(redirecting(location), {
                url: "http://192.0.2.1/d/a.env?v=1/2",
            })
            expect(body).toBe("ok")
            expect(requests[1].slice(0, expected.length)).toBe(expected)
        }
    })
    test("a redirect to the same host in capitals is followed", async () => {
        const { body } = await ask(redirecting("http://ROOF.example/b"), {
            url: "http://roof.Example/a",
        })
        expect(body).toBe("ok")
    })

    /** What a server does wrong, and the error for it. */
    const faults: [string, string[], boolean, string][] = [
        ["no HTTP", ["SSH-2.0-x\r\n"], false, "it does not speak HTTP/1.1"],
        [
            "an odd status",
            ["HTTP/1.1 2x0 \r\n"],
            false,
            "it does not speak HTTP/1.1",
        ],
        ["no answer", [], true, "the connection was closed"],
        [
            "half a head",
            [OK + "Content"],
            true,
            "the connection ended within the head of the answer",
        ],
        [
            "death in mid-body",
            [OK + "Content-Length: 9\r\n\r\nabc"],
            true,
            "the connection ended after 3 bytes of the body",
        ],
        [
            "death in a chunk",
            [OK + "Transfer-Encoding: chunked\r\n\r\n9\r\nab"],
            true,
            "the connection ended after 2 bytes of the body",
        ],
        [
            "a length that is none",
            [OK + "Content-Length: 1x\r\n\r\n"],
            false,
            "its content-length is no number",
        ],
        [
            "a length below 0",
            [OK + "Content-Length: -1\r\n\r\n"],
            false,
            "its content-length is no number",
        ],
        [
            "a bare CR in a field",
            [OK + 'ETag: "a\rX-Fiberd: b"\r\n\r\n'],
            false,
            "a line with a CR or a NUL within",
        ],
        [
            "a NUL in a field",
            [OK + 'ETag: "a\u0000b"\r\n\r\n'],
            false,
            "a line with a CR or a NUL within",
        ],
        [
            "two lengths",
            [OK + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"],
            false,
            "two lines of content-length",
        ],
        [
            "no length at all",
            [OK + "Content-Length:\r\n\r\n"],
            false,
            "its content-length is no number",
        ],
        [
            "a status of four digits",
            ["HTTP/1.1 2000 x\r\n"],
            false,
            "it does not speak HTTP/1.1",
        ],
        [
            "too many small chunks",
            [OK + "Transfer-Encoding: chunked\r\n\r\n" + times("1\nx\n", 65)],
            false,
            "too many small chunks",
        ],
        [
            "too long by its length",
            [OK + "Content-Length: 1001\r\n\r\n"],
            false,
            "more than 1000 bytes",
        ],
        [
            "a chunk without size",
            [OK + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"],
            false,
            "a chunk's size is no number",
        ],
        [
            "a chunk of 4 GB",
            [OK + "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n"],
            false,
            "a chunk's size is no number",
        ],
        [
            "a longer chunk",
            [OK + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"],
            false,
            "a chunk is longer than it says",
        ],
        [
            "another coding",
            [OK + "Transfer-Encoding: gzip\r\n\r\n"],
            false,
            "a transfer-encoding that is not chunked",
        ],
        [
            "a redirect to nowhere",
            ["HTTP/1.1 301 x\r\nContent-Length: 0\r\n\r\n"],
            false,
            "a redirect to nowhere",
        ],
        [
            "a redirect away",
            [
                "HTTP/1.1 301 x\r\nLocation: http://192.0.2.2/\r\nContent-Length: 0\r\n\r\n",
            ],
            false,
            "a redirect to another host",
        ],
        [
            "a redirect to another host by the same scheme",
            [
                "HTTP/1.1 301 x\r\nLocation: //192.0.2.2/\r\nContent-Length: 0\r\n\r\n",
            ],
            false,
            "a redirect to another host",
        ],
        [
            "a redirect by another scheme",
            [
                "HTTP/1.1 301 x\r\nLocation: ftp://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
            ],
            false,
            "a redirect to nowhere",
        ],
        ["silence", [OK], false, "slow: 0 bytes in time"],
    ]
    faults.forEach(fault => {
        const [what, texts, close, message] = fault
        test(`one clear error: ${what}`, async () => {
            const { error } = await ask(sending(texts, close), {
                timeoutMs: 300,
            })
            expect(error).toBe(`192.0.2.1: ${message}`)
        })
    })
    test("a server that never stops sending is stopped", async () => {
        let sent = 0
        const { error } = await ask(async connection => {
            connection.answer(OK + "\r\n")
            while (!connection.isClosed && sent < 100000) {
                sent += 100
                connection.answer(times("x", 100))
                await ds.sleep(0)
            }
        })
        expect(error).toBe("192.0.2.1: more than 1000 bytes")
        expect(sent <= 1300).toBe(true)
    })
    test("an endless head is stopped", async () => {
        const flood = (text: string) => async (connection: FakeConnection) => {
            connection.answer(OK)
            while (!connection.isClosed) {
                connection.answer(text)
                await ds.sleep(0)
            }
        }
        const line = await ask(flood(times("x", 90)))
        expect(line.error).toBe("192.0.2.1: a line of more than 1000 bytes")
        const lines = await ask(flood("a: b\r\n"))
        expect(lines.error).toBe("192.0.2.1: more than 60 header lines")
    })
    test("redirects in a circle are stopped", async () => {
        const { error, requests } = await ask(async connection =>
            connection.answer(
                "HTTP/1.1 302 x\r\nLocation: /a.env\r\nContent-Length: 0\r\n\r\n"
            )
        )
        expect(error).toBe("192.0.2.1: more than 3 redirects")
        expect(requests.length).toBe(MAX_REDIRECTS + 1)
    })
    test("who does not connect, or does not answer, costs a bounded time", async () => {
        const { error } = await ask(() => {}, { timeoutMs: 200 })
        expect(error).toBe("192.0.2.1: no answer in time")
        // the VM puts the address first, once more
        const broken = await ask(connection =>
            connection.fail("tcp://192.0.2.1:8080: connect reset")
        )
        expect(broken.error).toBe("192.0.2.1: connect reset")
        const socket = new FakeSocket()
        socket.accepts = false
        let refused = ""
        try {
            await httpRequest(new SystemClock(), socket, {
                url: URL,
                maxBytes: 10,
            })
        } catch (e: any) {
            refused = e.message
        }
        expect(refused).toBe("192.0.2.1: refused")
    })
})

describe("URLs", () => {
    const shown = (url: string) => {
        const address = parseUrl(url)
        if (!address) return "none"
        const { proto, host, port, path } = address
        return `${proto} ${host} ${port} ${path}`
    }
    test("are read", async () => {
        expect(shown("http://a.example")).toBe("tcp a.example 80 /")
        expect(shown("https://a.example/b?c=d#e")).toBe(
            "tls a.example 443 /b?c=d"
        )
        expect(shown("http://[2001:db8::1]:81/x")).toBe("tcp 2001:db8::1 81 /x")
        expect(shown("http://a.example/b?id[]=3")).toBe(
            "tcp a.example 80 /b?id[]=3"
        )
    })
    test("malformed ones, and those with a password, are refused", async () => {
        for (const url of [
            "",
            "a.example/x",
            "ftp://a.example/",
            "http://",
            "http:///x",
            "http://a:0/",
            "http://a:65536/",
            "http://a:x/",
            "http://user:secret@a/",
            "http://a/b c",
            "http://a/b\r\nX: 1",
            "http://ä/",
            "http://" + times("a", 200),
        ])
            expect(shown(url)).toBe("none")
    })
})
