// rows: B2
import assert from "node:assert/strict"
import {
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    rmSync,
    symlinkSync,
    truncateSync,
    writeFileSync,
} from "node:fs"
import { join, resolve } from "node:path"
import { after, before, test, type TestContext } from "node:test"
import { frameResolver } from "../../host/commands/board.ts"
import { buildId } from "../../host/flash/index.ts"
import {
    buildProgram,
    findDebugFile,
    keepCompilers,
    unpackLibraries,
} from "../../host/sim/index.ts"
import { imageBeside } from "../../host/sim/debug-files.ts"
import { LoadedProgram } from "../../host/sim/loaded-program.ts"
import { cleanUp, tempFolder } from "../system/harness.ts"

before(unpackLibraries)
after(keepCompilers())

const CACHE = ".devicescript/fiberctl/build"

/** Makes a new project the working directory, for one test. */
function enterProject(t: TestContext, files: Record<string, string>): void {
    const folder = tempFolder(t)
    mkdirSync(join(folder, "src"))
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"))
    const home = process.cwd()
    process.chdir(folder)
    cleanUp(t, () => process.chdir(home))
    writeFileSync("devsconfig.json", "{}")
    for (const [name, text] of Object.entries(files)) writeFileSync(name, text)
}

const isCached = async (main = "src/main.ts") =>
    (await buildProgram(main)).cached

test("a damaged cache is not used", async t => {
    enterProject(t, { "src/main.ts": "console.log(1)\n" })
    assert.equal(await isCached(), false)
    const [name] = readdirSync(CACHE).filter(name => /^src-/.test(name))
    const file = (file: string) => join(CACHE, name!, file)
    const whole = readFileSync(file("bytecode.devs"))
    const damages = [
        () => truncateSync(file("manifest.json"), 100),
        () => writeFileSync(file("manifest.json"), "null"),
        () => rmSync(file("bytecode.devs")),
        () =>
            writeFileSync(
                file("bytecode.devs"),
                whole.map(b => b ^ 1)
            ),
        () => truncateSync(file("bytecode-dbg.json"), 100),
        () => rmSync(file("manifest.json")),
    ]
    for (const damage of damages) {
        damage()
        assert.equal(await isCached(), false, String(damage))
        assert.deepEqual(readFileSync(file("bytecode.devs")), whole)
    }
    assert.equal(await isCached(), true)
})

test("a build that is used again keeps its debug information", async t => {
    enterProject(t, { "src/main.ts": "console.log(1)\n" })
    const { bytecode } = await buildProgram("src/main.ts")
    const file = findDebugFile(buildId(bytecode))!
    // as the builds of many other programs do
    rmSync(file)
    assert.equal(await isCached(), true)
    assert.equal(findDebugFile(buildId(bytecode)), file)
})

test("a board's frames are those of its own build, after another one", async t => {
    enterProject(t, { "src/main.ts": "console.log(1)\n" })
    const program = new LoadedProgram({ main: "src/main.ts" })
    await program.build()
    const places = Array.from({ length: 500 }, (_, pc) => `at gpc:${pc}`)
    const line = places.find(place =>
        program.resolveFrames(place).endsWith("src/main.ts:1")
    )!
    const before = program.resolveFrames(line)
    const another = new LoadedProgram({ main: "src/main.ts" })
    await another.build()
    writeFileSync("src/main.ts", "\n\n\n\nconsole.log(2)\n")
    await buildProgram("src/main.ts")
    assert.equal(another.resolveFrames(line), before)
    assert.ok(existsSync(imageBeside(another.debugFile!)))
    rmSync(".devicescript", { recursive: true })
    const resolve = await frameResolver(another.debugFile!)
    assert.equal(resolve(line), line)
})

test("a program that is removed while it is built is built", async t => {
    enterProject(t, { "src/main.ts": "console.log(1)\n" })
    const isCompiled = () =>
        existsSync(CACHE) &&
        readdirSync(CACHE, { recursive: true, encoding: "utf8" }).some(name =>
            /src-main.*bytecode\.devs$/.test(name)
        )
    const looks = setInterval(
        () => isCompiled() && rmSync("src/main.ts", { force: true }),
        1
    )
    const { bytecode } = await buildProgram("src/main.ts").finally(() =>
        clearInterval(looks)
    )
    assert.ok(bytecode.length > 0)
    assert.ok(!existsSync("src/main.ts"))
})

test("builds of programs that are gone are forgotten", async t => {
    enterProject(t, {
        "src/main.ts": "console.log(1)\n",
        "src/other.ts": "console.log(2)\n",
    })
    const builds = () =>
        readdirSync(CACHE)
            .filter(name => /^src-/.test(name))
            .map(name => name.replace(/-[0-9a-f]{8}$/, ""))
    await buildProgram("src/other.ts")
    await buildProgram("src/main.ts")
    assert.deepEqual(builds(), ["src-main", "src-other"])
    rmSync("src/other.ts")
    writeFileSync("src/main.ts", "console.log(3)\n")
    assert.equal(await isCached(), false)
    assert.deepEqual(builds(), ["src-main"])
})
