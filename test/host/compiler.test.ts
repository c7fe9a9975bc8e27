// rows: B2 B3c
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import {
    mkdirSync,
    readFileSync,
    symlinkSync,
    truncateSync,
    readdirSync,
    rmSync,
    writeFileSync,
} from "node:fs"
import { join, resolve } from "node:path"
import { before, test, type TestContext } from "node:test"
import { keepCompilers, unpackLibraries } from "../../host/sim/index.ts"
import {
    type BuildLimits,
    runBuild,
    watchLimits,
} from "../../host/sim/compiler.ts"
import { setTimeout as sleep } from "node:timers/promises"
import { childPids, cleanUp, tempFolder } from "../system/harness.ts"

before(unpackLibraries)

const MAIN = `import * as ds from "@devicescript/core"
import { readSetting } from "@devicescript/settings"
import { Counter, Kind, LIMIT } from "./counter"
const counter = new Counter(Kind.Large)
for (let i = 0; i < LIMIT; i++) counter.count(i)
console.log(counter.text(), await readSetting("x", 1), ds.millis() > 0)
`
const COUNTER = `export enum Kind { Small = 1, Large = 40 }
export const LIMIT = 2 * 3
export class Counter {
    private sum = 0
    constructor(readonly kind: Kind) {}
    count(n: number): void { this.sum += n * this.kind }
    text(): string { return "sum " + this.sum }
}
`
/** The same doors, other values. */
const CHANGED = COUNTER.replace("2 * 3", "2 * 4").replace("sum ", "total ")
/** A door that `main` does not fit. */
const BROKEN = COUNTER.replace(
    "count(n: number): void { this.sum += n",
    "count(n: number, by: number): void { this.sum += by + n"
)

/** The same types, but what `main` calls now is another function, which lacks an `await`. */
const CARELESS = COUNTER.replace(
    "text(): string {",
    "text(): string { this.later();"
).replace("count(n", "async later(): Promise<void> {}\n    count(n")
/** A function that `main` calls without an `await`, as it needed none. */
const LATER = COUNTER.replace(
    "text(): string { return",
    "async text(): Promise<string> { return"
)

/** Returns a function that builds in a new project. */
function project(t: TestContext) {
    const folder = tempFolder(t)
    mkdirSync(join(folder, "src"))
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"))
    writeFileSync(join(folder, "devsconfig.json"), "{}")
    writeFileSync(join(folder, "src/main.ts"), MAIN)
    const home = process.cwd()
    process.chdir(folder)
    cleanUp(t, () => process.chdir(home))
    let builds = 0
    return async (counter: string, limits?: BuildLimits) => {
        writeFileSync("src/counter.ts", counter)
        const output = `out${++builds}`
        mkdirSync(output)
        const answer = await runBuild(
            {
                main: "src/main.ts",
                output,
                optimise: true,
            },
            limits
        )
        if (!answer.isBuilt) return answer.problem
        return ["bytecode.devs", "bytecode-dbg.json", "inputs.json"].map(name =>
            readFileSync(join(output, name), "hex")
        )
    }
}

test("a compiler that lives on makes what a new one makes", async t => {
    const build = project(t)
    const first = await build(COUNTER)
    const changed = await build(CHANGED)
    assert.notDeepEqual(first, changed)
    const broken = await build(BROKEN)
    assert.match(String(broken), /^src\/main\.ts.5,\d+.: error TS2554/)
    const careless = await build(CARELESS)
    assert.match(
        String(careless),
        /^src\/counter\.ts.8,\d+.: .*'await' missing/
    )
    const later = await build(LATER)
    assert.match(String(later), /^src\/main\.ts.6,\d+.: .*'await' missing/)

    const absent = `import "./unit"\n${COUNTER}`
    const lacking = await build(absent)
    assert.match(
        String(lacking),
        /^src\/counter\.ts.1,1.: .*Cannot find module '.\/unit'/
    )

    cleanUp(t, keepCompilers())
    assert.deepEqual(await build(COUNTER), first)
    assert.deepEqual(await build(COUNTER), first)
    for (let i = 0; i < 2; i++) {
        assert.deepEqual(await build(absent), lacking)
        writeFileSync("src/unit.ts", 'console.log("unit")\n')
        assert.ok(Array.isArray(await build(absent)), "it is there now")
        rmSync("src/unit.ts")
    }
    assert.deepEqual(await build(CHANGED), changed)
    assert.deepEqual(await build(BROKEN), broken)
    assert.deepEqual(await build(BROKEN), broken, "an error stays one")
    for (let i = 0; i < 2; i++) {
        assert.deepEqual(await build(CARELESS), careless)
        assert.deepEqual(await build(LATER), later)
    }
    assert.deepEqual(await build(COUNTER), first)
})

test("what is kept of the tool's code is used only when it is whole", async t => {
    const build = project(t)
    const first = await build(COUNTER)
    const folder = "node_modules/@devicescript/cli/built"
    const [name] = readdirSync(folder).filter(name => /^tool-code-/.test(name))
    const file = join(folder, name!)
    const whole = readFileSync(file)
    truncateSync(file, whole.length / 2)
    assert.deepEqual(await build(COUNTER), first)
    const written = readFileSync(file)
    assert.ok(written.length > whole.length / 2, "it is written anew")
    written[written.length >> 1]! ^= 1
    writeFileSync(file, written)
    assert.deepEqual(await build(COUNTER), first)
})

/** Calls `act` for each build process that this one starts, until the work is over. */
async function meddle<T>(
    act: (pid: number) => void,
    work: () => Promise<T>
): Promise<T> {
    const known = new Set(await childPids(process.pid))
    let isOver = false
    const done = work().finally(() => (isOver = true))
    while (!isOver) {
        for (const pid of await childPids(process.pid))
            if (!known.has(pid) && known.add(pid)) act(pid)
        await Promise.race([sleep(20), done.catch(() => {})])
    }
    return done
}

test("a build whose process dies is begun again, once", async t => {
    const build = project(t)
    const first = await build(COUNTER)
    let kills = 0
    const again = await meddle(
        pid => {
            if (kills++ === 0) process.kill(pid, "SIGKILL")
        },
        () => build(COUNTER)
    )
    assert.deepEqual(again, first)
    assert.equal(kills, 2)
    await assert.rejects(
        meddle(
            pid => process.kill(pid, "SIGKILL"),
            () => build(COUNTER)
        ),
        {
            name: "FirmwareError",
            message:
                'the build of "src/main.ts" was ended 2 times (SIGKILL): is there enough memory?',
        }
    )
    assert.deepEqual(await build(COUNTER), first)
})

test("a process that has ended took no longer than it did", async t => {
    const child = spawn("sleep", ["60"])
    await once(child, "spawn")
    t.mock.timers.enable({ apis: ["setInterval"] })
    const exceeded: string[] = []
    const limits = { busyMs: 100, idleMs: 120_000 }
    const endLimits = watchLimits(child.pid!, limits, words =>
        exceeded.push(words)
    )
    child.kill("SIGKILL")
    await once(child, "exit")
    // its last output may be waited for
    t.mock.timers.tick(1000)
    endLimits()
    assert.deepEqual(exceeded, [])
})

test("a build whose process stands still, or takes too long, is ended", async t => {
    const build = project(t)
    await assert.rejects(
        meddle(
            pid => process.kill(pid, "SIGSTOP"),
            () => build(COUNTER, { busyMs: 120_000, idleMs: 1500 })
        ),
        {
            name: "FirmwareError",
            message:
                'the build of "src/main.ts" was ended: its process did nothing for 1.5 s',
        }
    )
    await assert.rejects(build(COUNTER, { busyMs: 100, idleMs: 120_000 }), {
        name: "FirmwareError",
        message:
            'the build of "src/main.ts" was ended: it took more than 0.1 s of a processor',
    })
})
