// rows: B3a T6
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { optimise } from "../../host/optimise/index.ts"
import { compile } from "./compiler.ts"
import { Machine } from "./machine.ts"
import { runPair } from "./run-pair.ts"

const PROGRAM = "test/optimise/programs/throw-sites.ts"
const LEAST_SITES = 50

test("errors show the same frames optimised", async () => {
    const source = readFileSync(PROGRAM, "utf8")
    const program = compile(source, PROGRAM)
    const machine = new Machine()
    const { before, after, difference } = await runPair(
        machine,
        optimise,
        program
    )
    assert.equal(difference, undefined)
    const resolved = (lines: string[]) =>
        lines.filter(line => line.includes(`${PROGRAM}:`))
    // each site shows its frames as the log does, and as the VM does
    const sites = before.lines.filter(line => /^> .*: \S+:\d+ /.test(line))
    assert.ok(sites.length >= LEAST_SITES, `${sites.length} sites`)
    assert.deepEqual(resolved(after!.lines), resolved(before.lines))
    assert.doesNotMatch(after!.lines.join("\n"), /gpc:|_F\d+ /)
})
