// rows: A2 L14b
import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import test from "node:test"
import { runCli, startSimulator, tempFolder } from "./harness.ts"

/** All that a terminal would act on, apart from the end of a line. */
const COMMAND = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/

const COMMANDS = [
    ["status"],
    ["status", "--all"],
    ["show", "error"],
    ["show", "result"],
    ["cat", "error"],
    ["top", "--once"],
    ["logs"],
    ["logs", "-o", "json"],
    ["logs", "-o", "cat"],
    ["level"],
    ["handlers"],
    ["stats"],
    ["flash", "map"],
    ["metrics"],
    ["settings"],
    ["settings", "get", "NAME"],
    ["settings", "set", "NAME=x"],
    ["settings", "set", "OTHER=x"],
    ["ota", "status"],
    ["stop", "*"],
    ["start", "nothing"],
    ["devices"],
]

test("what a board says has no power over a terminal", async t => {
    const sim = await startSimulator(t, {
        main: "test/system/programs/rude.ts",
    })
    const env = join(tempFolder(t), "board.env")
    writeFileSync(env, "NAME=x\n")
    const shown: string[] = []
    for (const words of [...COMMANDS, ["settings", "diff", env]])
        for (const form of [[], ["--json"]]) {
            const args = [...words, ...form, "--state", sim.stateFolder!]
            const { stdout, stderr } = await runCli(args)
            const text = stdout + stderr
            assert.ok(text, args.join(" "))
            assert.doesNotMatch(text, COMMAND, args.join(" "))
            assert.doesNotMatch(text, /^forged/m, args.join(" "))
            shown.push(text)
        }
    assert.ok(shown.filter(text => text.includes("forged")).length > 20)
})
