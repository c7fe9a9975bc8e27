// Records the session of docs/fiberctl.md: runs its commands on a simulated board and puts what they
// print between the marks. `npm run record` writes it; with `--check` it only says whether the
// commands still run and print lines of the same kind.
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Simulator } from "../host/sim/index.ts"
import { connect } from "../host/client/index.ts"

const PAGE = "docs/fiberctl.md"
const PROGRAM = "examples/controlled.ts"
const BEGIN = "<!-- session -->\n"
const END = "<!-- end of session -->"
/** What is typed, one after the other. */
const COMMANDS = [
    "status",
    "logs -n 3 -p warning",
    "stop sensor",
    "level 'info debug@net'",
    "show sensr",
]

/** Runs the session. @returns it as Markdown */
async function record(): Promise<string> {
    const state = mkdtempSync(join(tmpdir(), "fiberd-session-"))
    const sim = new Simulator({ main: PROGRAM, state, fastBoot: true })
    try {
        await sim.start()
        const board = await connect({ state })
        while ((await board.tasks(":failed").catch(() => [])).length === 0)
            await new Promise(resolve => setTimeout(resolve, 100))
        await board.disconnect()
        const lines = []
        for (const command of COMMANDS) {
            lines.push(`$ fiberctl ${command}`)
            lines.push(await output(command, state))
        }
        return "```text\n" + lines.join("\n") + "\n```\n"
    } finally {
        await sim.stop()
        rmSync(state, { recursive: true, force: true })
    }
}

/** What a command prints on both streams. */
function output(command: string, state: string): Promise<string> {
    const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(
        match => match[1] ?? match[2]!
    )
    return new Promise(resolve =>
        execFile(
            process.execPath,
            ["host/fiberctl.js", ...words, "--state", state],
            (_, stdout, stderr) => resolve((stdout + stderr).trimEnd())
        )
    )
}

/** A session without what differs from run to run. */
function pattern(session: string): string {
    return session
        .replace(/[0-9a-f]{16}/g, "ID")
        .replace(/\d+(\.\d+)?/g, "N")
        .replace(/\bN (ms|s|min)( N s)?/g, "TIME")
}

const page = readFileSync(PAGE, "utf8")
const begin = page.indexOf(BEGIN)
const end = page.indexOf(END)
assert.ok(begin >= 0 && end > begin, `${PAGE} has no marks for the session`)
const session = await record()
const before = page.slice(begin + BEGIN.length, end)
if (process.argv.includes("--check"))
    assert.equal(pattern(before.trim()), pattern(session.trim()))
else
    writeFileSync(
        PAGE,
        page.slice(0, begin + BEGIN.length) +
            "\n" +
            session +
            "\n" +
            page.slice(end)
    )
