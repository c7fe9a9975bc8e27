import assert from "node:assert/strict"
import {
    chmodSync,
    chownSync,
    cpSync,
    mkdirSync,
    readdirSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs"
import { join, resolve } from "node:path"
import { before, type TestContext, test } from "node:test"
import { unpackLibraries } from "../../host/sim/index.ts"
import { Cli, cleanUp, type CliRun, tempFolder } from "./harness.ts"
import { SerialBoard } from "./serial-board.ts"

const MAIN = "test/system/programs/board.ts"
/** What a program of this project is made of. */
const NEEDED = [
    "src",
    "boards",
    "services",
    "test/system/programs",
    "devsconfig.json",
    "package.json",
    "tsconfig.json",
]
/** Permissions do not stop root: the tool then runs as another user. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined

before(unpackLibraries)

/** All files below a folder, with what would tell a change. */
function listing(folder: string): string[] {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter(name => !name.startsWith("node_modules/"))
        .map(name => {
            const { mtimeMs, size } = statSync(join(folder, name))
            return `${name} ${size} ${mtimeMs}`
        })
        .sort()
}

function setMode(folder: string, mode: number, fileMode: number): void {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name)
        if (entry.isDirectory()) setMode(path, mode, fileMode)
        else if (entry.isFile()) chmodSync(path, fileMode)
    }
    chmodSync(folder, mode)
}

/** A copy of this project in which nothing can be written. */
function readOnlyCheckout(t: TestContext): string {
    const cwd = join(tempFolder(t), "checkout")
    mkdirSync(cwd)
    for (const name of NEEDED)
        cpSync(name, join(cwd, name), { recursive: true })
    symlinkSync(resolve("node_modules"), join(cwd, "node_modules"))
    setMode(cwd, 0o555, 0o444)
    cleanUp(t, () => setMode(cwd, 0o755, 0o644))
    chmodSync(join(cwd, ".."), 0o755)
    return cwd
}

test("a read-only checkout is built, simulated and flashed with --build-dir", async t => {
    const cwd = readOnlyCheckout(t)
    const before = listing(cwd)
    const buildDir = join(tempFolder(t), "kept")
    mkdirSync(buildDir)
    const runtime = join(buildDir, "runtime.bin")
    writeFileSync(runtime, Buffer.from([0xe9, 0, 0, 0]))
    if (NOBODY !== undefined) {
        chmodSync(join(buildDir, ".."), 0o755)
        chownSync(buildDir, NOBODY, NOBODY)
    }
    const start = (command: string, ...args: string[]) =>
        new Cli([command, "--main", MAIN, ...args, "--build-dir", buildDir], {
            cwd,
            uid: NOBODY,
        })
    const isGood = (run: CliRun) => {
        assert.equal(run.stderr, "")
        assert.equal(run.code, 0)
        return run.stdout
    }

    assert.match(isGood(await start("build").done), /^building /)
    assert.match(isGood(await start("build").done), /nothing changed/)
    const sim = await start("sim", "--expect", "lit", "--timeout", "60").done
    assert.equal(sim.code, 0, sim.stderr)
    assert.match(sim.stdout, new RegExp(`^.*${buildDir}`, "m"))
    const image = join(buildDir, "image.bin")
    const board = ["--board", "esp32_devkit_c", "--runtime", runtime]
    const wifi = ["--set", "WIFI_SSID=attic"]
    isGood(await start("image", ...board, ...wifi, "--out", image).done)
    assert.ok(statSync(image).size > 0)
    isGood(await start("flash", ...board, ...wifi, "--dry-run").done)

    const serial = await SerialBoard.plugIn(t)
    if (NOBODY !== undefined) chownSync(serial.path, NOBODY, NOBODY)
    const up = start("up", ...board, ...wifi, "--port", serial.path)
    await up.waitForError(/is open/)
    serial.say("> hello\r\n")
    await up.waitForOutput(/verified[^]*^hello$/m)
    up.signal("SIGINT")
    assert.equal((await up.done).code, 130)

    assert.deepEqual(listing(cwd), before, "something was written")
})

test("without --build-dir it is said what cannot be written", async t => {
    const cwd = readOnlyCheckout(t)
    const run = await new Cli(["build", "--main", MAIN], {
        cwd,
        uid: NOBODY,
    }).done
    assert.equal(run.code, 2)
    assert.match(run.stderr, /^fiberctl: "\.devicescript" .*--build-dir/)
    assert.equal(run.stderr.trim().split("\n").length, 1)
})
