import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import {
    copyFileSync,
    existsSync,
    mkdirSync,
    realpathSync,
    rmSync,
    symlinkSync,
    utimesSync,
    writeFileSync,
} from "node:fs"
import { join, resolve } from "node:path"
import { type TestContext, test } from "node:test"
import { pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { tempFolder } from "../system/harness.ts"

/** What starts the sources of a checkout. */
const RUNNERS = ["built.js", "fiberctl.js", "register.js", "tsx-cache.js"]

type Built = typeof import("../../host/built.js")

/** A checkout with one source and what was built of it. */
async function checkout(t: TestContext) {
    const folder = tempFolder(t)
    for (const name of ["host", "dist"]) mkdirSync(join(folder, name))
    writeFileSync(join(folder, "package.json"), `{ "type": "module" }`)
    const source = join(folder, "host/fiberctl.ts")
    writeFileSync(source, "first")
    writeFileSync(join(folder, "dist/fiberctl.js"), "built")
    const file = join(folder, "host/built.js")
    copyFileSync("host/built.js", file)
    const built = (await import(pathToFileURL(file).href)) as Built
    const list = join(folder, "dist/sources.json")
    const path = "host/fiberctl.ts"
    writeFileSync(list, JSON.stringify({ [path]: built.stampOf(path) }))
    return { built, source, list }
}

/** A checkout of what starts the sources. @returns the tool */
function runners(root: string): string {
    mkdirSync(join(root, "host"), { recursive: true })
    symlinkSync(resolve("node_modules"), join(root, "node_modules"))
    const files = ["package.json", ...RUNNERS.map(name => `host/${name}`)]
    for (const file of files) copyFileSync(file, join(root, file))
    return join(root, "host/fiberctl.js")
}

test("a checkout runs what is built until a source changes", async t => {
    const { built, source } = await checkout(t)
    assert.match(built.builtProgram("fiberctl")!.href, /\/dist\/fiberctl\.js$/)
    assert.equal(built.builtProgram("other"), undefined)

    writeFileSync(source, "other")
    utimesSync(source, 1, 1)
    assert.equal(built.builtProgram("fiberctl"), undefined)
})

test("what is built without a whole list of its sources is not run", async t => {
    const { built, list } = await checkout(t)
    writeFileSync(list, `{"host/fib`)
    assert.equal(built.builtProgram("fiberctl"), undefined)
    rmSync(list)
    assert.equal(built.builtProgram("fiberctl"), undefined)
})

test("a package, which has no sources, runs what is built", async t => {
    const { built, source, list } = await checkout(t)
    rmSync(source)
    rmSync(list)
    assert.match(built.builtProgram("fiberctl")!.href, /\/dist\/fiberctl\.js$/)
})

test("a checkout whose path tsx cannot load is named, and why", async t => {
    const root = join(tempFolder(t), "what?")
    const tool = runners(root)
    const run = promisify(execFile)(process.execPath, [tool, "status"])
    await assert.rejects(run, {
        code: 2,
        stderr: `fiberctl: TypeScript does not load from "${realpathSync(root)}/", which has a "?": rename the folder\n`,
    })
})

test("a checkout runs without a folder for temporary files", async t => {
    const root = tempFolder(t)
    const tool = runners(root)
    const source = "const text: string = process.argv[2]!\nconsole.log(text)\n"
    const main = join(root, "host/fiberctl.ts")
    writeFileSync(main, source)
    const register = join(root, "host/register.js")
    const missing = join(root, "missing")
    // in the last one, on Linux, making a folder never ended
    for (const TMPDIR of [missing, join(root, "package.json"), "/proc"]) {
        // as the tool, and as its scripts in package.json
        for (const start of [[tool], ["--import", register, main]]) {
            const { stdout } = await promisify(execFile)(
                process.execPath,
                [...start, "runs"],
                { env: { ...process.env, TMPDIR }, timeout: 20_000 }
            )
            assert.equal(stdout, "runs\n")
        }
    }
    assert.equal(existsSync(missing), false)
})
