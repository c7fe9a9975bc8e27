import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { Health } from "../../host/commands/sim-health.ts"
import { panicMeaning } from "../../host/panic.ts"
import { printable, printableLines } from "../../host/printable.ts"
import { readConsoleRecord, readSyslogRecord } from "../../host/record.ts"
import type { SimEvent } from "../../host/sim/index.ts"
import { Account, makeFilter } from "../../host/view/index.ts"

describe("printable", () => {
    test("leaves no character that a terminal obeys, and loses none", () => {
        for (let code = 0; code < 0x3000; ++code) {
            const text = printable(`a${String.fromCharCode(code)}b`)
            assert.doesNotMatch(
                text,
                /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/
            )
            assert.match(text, /^a.+b$/)
        }
        assert.equal(printable("é €😀"), "é €😀")
        assert.equal(printable("\x1b[2J\r\n\u202e"), "\\x1b[2J\\r\\n\\u202e")
        // each mark that turns text around (Bidi_Control of Unicode)
        for (let code = 0; code < 0x3000; code++) {
            const char = String.fromCharCode(code)
            if (/\p{Bidi_Control}/u.test(char))
                assert.equal(
                    printable(char),
                    `\\u${code.toString(16).padStart(4, "0")}`
                )
        }
    })

    test("keeps the lines and tabs of a compiler's message", () => {
        assert.equal(printableLines("a\tb\r\n\x1bc"), "a\tb\n\\x1bc")
    })
})

describe("log records", () => {
    test("are read from the console, and only in the firmware's form", () => {
        const record = readConsoleRecord(
            "12.345 [ERROR] [pump.service] [INFO] x"
        )
        assert.deepEqual(record, {
            uptime: 12345,
            level: "error",
            topic: "pump.service",
            task: "pump",
            message: "[INFO] x",
        })
        for (const line of ["error: x", "[ERROR] [x] y", "1 [LOUD] [x] y", ""])
            assert.equal(readConsoleRecord(line), undefined, line)
    })

    test("are read from syslog, with their structured data", () => {
        const line =
            '<131>1 - host pump 7 pump.service [meta sequenceId="4" sysUpTime="250"][fiberd@32473 a="x\\"y\\]" b="2"] dry'
        assert.deepEqual(readSyslogRecord(line), {
            uptime: 2500,
            level: "error",
            topic: "pump.service",
            task: "pump",
            message: "dry",
            meta: { sequenceId: "4", sysUpTime: "250", a: 'x"y]', b: "2" },
        })
        assert.equal(
            readSyslogRecord("<14>1 - - hello - - - boot 1")?.level,
            "info"
        )
        assert.equal(readSyslogRecord("nonsense"), undefined)
    })
})

const event = (event: object) => ({ at: 0, ...event }) as SimEvent

// rows: B3c
test("a filter shows the kinds that are asked for", () => {
    const events = {
        led: event({ event: "led", brightness: 1 }),
        log: event({ event: "console", text: "x" }),
        panic: event({ event: "panic", code: 1 }),
    }
    const shown = (options: object) => {
        const filter = makeFilter({ led: true, ...options }, ["log", "board"])
        return Object.entries(events)
            .filter(([, event]) => filter(event))
            .map(([name]) => name)
    }
    assert.deepEqual(shown({}), ["log", "panic"])
    assert.deepEqual(shown({ only: ["led"] }), ["led"])
    assert.deepEqual(shown({ only: ["led", "log"], led: false }), ["log"])
    assert.deepEqual(shown({ level: "warning" }), ["panic"])
    assert.deepEqual(shown({ task: "x" }), ["panic"])
    assert.deepEqual(shown({ quiet: true }), [])
})

// rows: B3c
test("the account tells what is missing at the collector", () => {
    const account = new Account()
    const ids = [1, 2, 2, 5, 3, 6]
    for (const id of ids)
        account.see(event({ event: "syslog" }), {
            level: "info",
            topic: "x",
            message: "",
            meta: { sequenceId: String(id) },
        })
    assert.equal(account.get().messages, ids.length)
    assert.equal(account.get().missing, 2)
})

// rows: B3c
test("the account counts each record that the board declares as dropped once", () => {
    const account = new Account()
    const see = (sequenceId: number, dropped?: number) =>
        account.see(event({ event: "syslog" }), {
            level: "warning",
            topic: "net.syslog",
            message: "",
            meta: {
                sequenceId: String(sequenceId),
                ...(dropped !== undefined && { dropped: String(dropped) }),
            },
        })
    see(1)
    // the range of a declaration may begin before what had arrived, and grows when it is repeated
    see(4, 4)
    assert.equal(account.get().missing, 3)
    see(6, 6)
    assert.equal(account.get().missing, 5)
    see(7)
    see(8, 1)
    see(9)
    assert.equal(account.get().missing, 6)
})

describe("the health of a program", () => {
    const play = (...events: [name: string, seconds: number][]) => {
        const health = new Health()
        for (const [name, seconds] of events)
            health.see(event({ event: name, at: seconds * 1000 }))
        return (now: number) => health.problem(now * 1000)
    }
    test("is bad when it panics and never gets going", () => {
        const problem = play(["boot", 0], ["panic", 1], ["boot", 6])
        assert.match(problem(7) ?? "", /never ran for 3 s/)
        assert.equal(problem(10), undefined)
    })
    test("is bad when it starts again and again, with or without a panic", () => {
        const panics = play(
            ["boot", 0],
            ["panic", 5],
            ["boot", 10],
            ["panic", 15],
            ["boot", 20],
            ["panic", 25]
        )
        assert.match(panics(30) ?? "", /starts again and again.*last 3 runs/)
        const resets = play(["boot", 0], ["boot", 5], ["boot", 9], ["boot", 12])
        assert.match(resets(20) ?? "", /starts again and again/)
        const rare = play(["boot", 0], ["panic", 5], ["boot", 10], ["boot", 60])
        assert.equal(rare(70), undefined)
    })
})

test("panic codes have words", () => {
    assert.equal(panicMeaning(60005), "uncaught exception")
    assert.match(panicMeaning(61051), /verifier, 1051/)
    assert.equal(panicMeaning(1), "unknown")
})
