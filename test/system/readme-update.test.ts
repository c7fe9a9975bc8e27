// rows: O6 D4
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { test } from "node:test"
import { Cli, cleanUp, tempFolder } from "./harness.ts"

/** The five lines of README, without what only people need. */
function shownLines(): string[] {
    const [, block] = /```sh help\n(npx fiberctl ota keygen[^]*?)```/.exec(
        readFileSync("README.md", "utf8")
    )!
    return block!
        .trim()
        .split("\n")
        .map(line => line.replace(/ # .*/, ""))
}

test("README's five lines bring a file to `active`", async t => {
    const folder = tempFolder(t)
    const lines = shownLines().map(line =>
        line.replaceAll("board.", `${join(folder, "board")}.`)
    )
    assert.equal(lines.length, 5)
    const env = { FIBERCTL_BUILD_DIR: join(folder, "build") }
    /** Runs a line in a shell, `fiberctl` in it as this checkout's. */
    const run = (line: string) =>
        execFileSync(
            "sh",
            ["-c", `npx() { shift; node "$TOOL" "$@"; }; ${line}`],
            {
                encoding: "utf8",
                env: {
                    ...process.env,
                    ...env,
                    TOOL: resolve("host/fiberctl.js"),
                },
            }
        )
    const [keygen, sim, ...rest] = lines
    run(keygen!)
    // the shell fills in the key; the board goes on running, as in the first terminal
    const words = run(`echo ${sim}`).trim().split(" ").slice(2)
    const board = new Cli(words, { env })
    cleanUp(t, async () => {
        board.signal("SIGINT")
        await board.done
    })
    await board.waitForOutput(/config 0: active/)
    const said = rest.map(run).pop()!
    assert.match(said, / version 1 .* active\n$/)
    await board.waitForOutput(/config 1: active/)
})
