// rows: B3c
import assert from "node:assert/strict"
import {
    appendFileSync,
    cpSync,
    mkdirSync,
    symlinkSync,
    writeFileSync,
} from "node:fs"
import { join, resolve } from "node:path"
import { before, test } from "node:test"
import { unpackLibraries } from "../../host/sim/index.ts"
import { Cli, tempFolder } from "./harness.ts"

before(unpackLibraries)

/** A program that counts its starts in flash and says `text`, and that of another file. */
const program = (
    text: string,
    other = "./text"
) => `import * as ds from "@devicescript/core"
import { text } from "${other}"
import { readSetting, writeSetting } from "@devicescript/settings"
const starts = (await readSetting<number>("starts", 0)) + 1
await writeSetting("starts", starts)
console.log("${text} " + text + " start " + starts)
console.log("word " + (await readSetting("WORD", "none")))
setInterval(async () => console.log("alive"), 500)
console.log(\`# settings
NAME: one-of x|y = x
WORD: text 0 9 =\`)
`

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

test("sim --watch builds what changes, keeps flash, and waits after an error", async t => {
    const cwd = tempFolder(t)
    mkdirSync(join(cwd, "src"))
    symlinkSync(resolve("node_modules"), join(cwd, "node_modules"))
    const write = (name: string, text: string) =>
        writeFileSync(join(cwd, name), text)
    write("devsconfig.json", "{}")
    write("src/main.ts", "this is no program")
    write("src/text.ts", 'export const text = "a"\n')
    write(".env.local", "NAME\n")
    write("play.yaml", "[{ on: word none, set: { WORD: x } }]")
    const cli = new Cli(
        ["sim", "--watch", "--no-optimise", "--scenario", "play.yaml"],
        { cwd }
    )
    // before there is a board, too, what is wrong waits for a change
    await cli.waitForError(/\.env\.local:1: /)
    write(".env.local", "NAME=z\n")
    await cli.waitForError(/"src\/main\.ts" does not compile\nsrc.main\.ts/)
    write("src/main.ts", program("one"))
    await cli.waitForError(/\.env\.local:1: NAME: wanted one of: x\|y$/m)
    write(".env.local", "")
    await cli.waitForOutput(/one a start 1$[^]*one a start 2$[^]*word x$/m)
    const saved = performance.now()
    write("src/text.ts", 'export const text = "b"\n')
    await cli.waitForOutput(/one b start 3$[^]*word x$/m)
    const again = performance.now() - saved
    t.diagnostic(`first line ${seconds(again)} after a save`)
    await cli.waitForOutput(/built and started in \d+\.\d s/)
    write("src/main.ts", "this is no program")
    await cli.waitForError(
        /"src\/main\.ts" does not compile[^]*does not compile/
    )
    await cli.waitForOutput(/one b start 3$[^]*alive[^]*alive/m)
    write("src/main.ts", program("two"))
    await cli.waitForOutput(/two b start 4$/m)
    write(".env.local", "NAME=z\n")
    await cli.waitForError(/(wanted one of: x\|y$[^]*){2}/m)
    const large = Array.from(
        { length: 90 },
        (_, i) => `K${i}=${"x".repeat(190)}\n`
    )
    write(".env.local", large.join(""))
    await cli.waitForError(/flash\.bin: .*the store is full/)
    // the old program goes on
    const more = cli.stdout.split("alive").length
    await cli.waitForOutput(new RegExp(`(alive[^]*){${more}}`))
    write(".env.local", "NAME=y\n")
    await cli.waitForOutput(/two b start 5$/m)
    // what a failed build has looked for counts, also in a folder that is not there yet
    write("src/main.ts", program("three", "./more/text"))
    await cli.waitForError(/Cannot find module '.\/more\/text'/)
    mkdirSync(join(cwd, "src/more"))
    write("src/more/text.ts", "export const text: string = 1\n")
    await cli.waitForError(/src.more.text\.ts\(1,14\)/)
    write("src/more/text.ts", 'export const text: string = "c"\n')
    await cli.waitForOutput(/three c start 6$/m)
    cli.signal("SIGINT")
    assert.equal((await cli.done).code, 130)
})

test("sim --watch of the whole firmware builds what changes", async t => {
    const cwd = tempFolder(t)
    symlinkSync(resolve("node_modules"), join(cwd, "node_modules"))
    for (const name of ["src", "boards", "services", "tsconfig.json"])
        cpSync(name, join(cwd, name), { recursive: true })
    for (const name of ["devsconfig.json", "package.json", ".env.defaults"])
        cpSync(name, join(cwd, name))
    const from = performance.now()
    const cli = new Cli(["sim", "--watch", "--no-led"], { cwd })
    await cli.waitForOutput(/\[INFO\]/)
    const full = performance.now() - from
    const add = (text: string) =>
        appendFileSync(
            join(cwd, "src/main.ts"),
            `\nconsole.log("changed " + "${text}")\n`
        )
    // one that comes while the compiler gets ready waits for that
    add("early")
    await cli.waitForOutput(/changed early$/m)
    const builds = (count: number) =>
        cli.waitForOutput(new RegExp(`(built and started[^]*){${count}}`))
    await builds(1)
    const saves: number[] = []
    for (const word of ["again", "and again", "once more"]) {
        const saved = performance.now()
        add(word)
        await cli.waitForOutput(new RegExp(`changed ${word}$`, "m"))
        await builds(1 + saves.push(performance.now() - saved))
    }
    const again = saves.sort((a, b) => a - b)[1]!
    t.diagnostic(
        `first line after ${seconds(full)}, after a save ${seconds(again)} (median of 3); 2 s on a quiet machine`
    )
    assert.ok(again < full, "what is kept makes it faster")
    cli.signal("SIGINT")
    assert.equal((await cli.done).code, 130)
})
