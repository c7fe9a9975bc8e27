import assert from "node:assert/strict"
import {
    copyFileSync,
    mkdirSync,
    rmSync,
    utimesSync,
    writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { pathToFileURL } from "node:url"
import { tempFolder } from "../system/harness.ts"

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
