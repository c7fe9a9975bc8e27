// Records the session of docs/fiberctl.md, and its beginning for README.md: runs the commands on a
// simulated board and puts what they print between the marks. `npm run record` writes it; with
// `--check` it only says whether the commands still run and print lines of the same kind.
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Simulator } from "../host/sim/index.ts"
import { connect } from "../host/client/index.ts"

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

/** The pages, and how many of the commands each shows. */
const PAGES: [string, number][] = [
    ["docs/fiberctl.md", COMMANDS.length],
    ["README.md", 1],
]

/** Runs the session. @returns each command with what it printed */
async function record(): Promise<string[]> {
    const state = mkdtempSync(join(tmpdir(), "fiberd-session-"))
    const sim = new Simulator({ main: PROGRAM, state, fastBoot: true })
    try {
        await sim.start()
        const board = await connect({ state })
        while ((await board.tasks(":failed").catch(() => [])).length === 0)
            await new Promise(resolve => setTimeout(resolve, 100))
        await board.disconnect()
        const printed = []
        for (const command of COMMANDS)
            printed.push(
                `$ fiberctl ${command}\n${await output(command, state)}`
            )
        return printed
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

const printed = await record()
for (const [path, count] of PAGES) {
    const page = readFileSync(path, "utf8")
    const begin = page.indexOf(BEGIN)
    const end = page.indexOf(END)
    assert.ok(begin >= 0 && end > begin, `${path} has no marks for the session`)
    const lines = printed.slice(0, count).join("\n")
    const session = "```text\n" + lines + "\n```\n"
    const before = page.slice(begin + BEGIN.length, end)
    if (process.argv.includes("--check"))
        assert.equal(pattern(before.trim()), pattern(session.trim()))
    else
        writeFileSync(
            path,
            page.slice(0, begin + BEGIN.length) +
                `\n${session}\n` +
                page.slice(end)
        )
}
