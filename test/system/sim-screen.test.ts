// rows: B3c
import assert from "node:assert/strict"
import { test } from "node:test"
import { tempFolder } from "./harness.ts"
import { Terminal } from "./terminal.ts"

const PROGRAM = "test/system/programs/remote.ts"
/** What begins the status line, and what ends it. */
const STATUS = /\x1b\[7m([^\x1b]*)\x1b/g

test("sim on a terminal has a status line, and wraps to the width", async t => {
    const terminal = new Terminal(
        t,
        ["sim", "--main", PROGRAM, "--state", tempFolder(t)],
        { columns: 60 }
    )
    await terminal.untilOutput(/\x1b\[7m[^\x1b]* · 4 tasks · /)
    const lines = [...terminal.output.matchAll(STATUS)].map(([, text]) => text!)
    for (const text of lines) assert.ok(text.length < 60, text)
    terminal.resize(200, 24)
    const status =
        /\x1b\[7msimulated board · up \d+ s · 4 tasks · \d+\.\d lines\/s · \d+ messages \(0 missing\) · link up · \d+ flash writes?/
    await terminal.untilOutput(status)
    // a long line goes on below itself, behind the column of the times
    assert.match(terminal.output, /since power-on; the [^\n]*\n {10}/)
    terminal.press("\x03")
    assert.equal(await terminal.ended, 130)
})

test("sim on a dumb terminal prints lines only", async t => {
    const terminal = new Terminal(
        t,
        ["sim", "--main", PROGRAM, "--state", tempFolder(t), "--for", "1"],
        { env: { TERM: "dumb" } }
    )
    assert.equal(await terminal.ended, 0, terminal.output)
    assert.match(terminal.output, /power-on/)
    assert.ok(!terminal.output.includes("\x1b"), terminal.output)
})
