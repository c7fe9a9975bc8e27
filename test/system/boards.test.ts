import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { before, describe, test, type TestContext } from "node:test"
import {
    type BoardInfo,
    BOARDS,
    findBoard,
    findRuntime,
    makeImage,
    runtimeUrl,
    STORE_OFFSET,
} from "../../host/boards/index.ts"
import { FlashStore } from "../../host/flash/index.ts"
import { buildProgram } from "../../host/sim/index.ts"
import { Cli, runCli, startSimulator, tempFolder } from "./harness.ts"
import { SerialBoard } from "./serial-board.ts"

const MAIN = "test/system/programs/board.ts"
const PANICS = "test/system/programs/panics.ts"
/** Stands in for the VM of a board: an image that its loader would accept. */
const RUNTIME = Buffer.concat([Buffer.from([0xe9]), Buffer.alloc(5000, 0xa5)])
const WIFI = { WIFI_SSID: "attic", WIFI_PWD: "hunter22" }

before(async () => {
    for (const { id } of BOARDS) await buildProgram(MAIN, { board: id })
})

function runtimeFile(t: TestContext): string {
    const file = join(tempFolder(t), "runtime.bin")
    writeFileSync(file, RUNTIME)
    return file
}

async function imageFor(board: BoardInfo, settings = {}) {
    const { bytecode } = await buildProgram(MAIN, { board: board.id })
    return makeImage(board, RUNTIME, bytecode, settings)
}

// rows: B1 B2
describe("boards", { concurrency: 2 }, () => {
    for (const board of BOARDS)
        // rows: B3d
        test(`${board.id}: what sim --image boots is the store of its image, byte for byte`, async t => {
            const { bytes, offset, store } = await imageFor(board, WIFI)
            assert.equal(offset, board.chip.imageOffset)
            const at = STORE_OFFSET - offset
            assert.ok(bytes.subarray(at, at + store.length).equals(store))
            assert.ok(bytes.subarray(0, RUNTIME.length).equals(RUNTIME))
            const flash = FlashStore.parse(bytes)
            assert.equal(flash.get("wifi_ssid")?.toString(), "attic")
            assert.equal(flash.get("wifi_psk")?.toString(), "hunter22")
            assert.equal(flash.get(":WIFI_PWD"), undefined)
            const sim = await startSimulator(t, { image: store })
            await sim.waitFor("led", event => event.brightness === 1)
            await sim.waitFor("console", event => event.text === "lit")
            await sim.kill()
            assert.ok(sim.readFlash().serialize().equals(store))
        })

    test("the pins that are listed are those of the board files", async () => {
        const types = readFileSync(
            "node_modules/@devicescript/core/src/devicescript-boards.d.ts",
            "utf8"
        )
        for (const { id, led, buzzer } of BOARDS) {
            const file = readFileSync(`boards/${id}.ts`, "utf8")
            const pins = [...file.matchAll(/pin: pins\.(\w+)/g)]
            const [from] = types.split(`@dsboard/${id}"`).slice(1)
            const gpio = pins.map(([, pin]) =>
                Number(new RegExp(`Pin ${pin} \\(GPIO(\\d+)`).exec(from)?.[1])
            )
            assert.deepEqual(gpio, [led, buzzer], id)
            assert.match(file, /Pin-out: https:|buzzer/i)
        }
        const { stdout } = await runCli(["boards"])
        assert.equal(stdout.trim().split("\n").length, BOARDS.length)
        assert.match(stdout, /^feather_s2 .*esp32s2 .*GPIO1, .*GPIO3 .*40 KB/m)
    })
})

// rows: B2
describe("an image", () => {
    const [board] = BOARDS

    test("is refused when settings and what the firmware keeps do not fit", async () => {
        const settings = Object.fromEntries(
            Array.from({ length: 20 }, (_, i) => [`KEY_${i}`, "x".repeat(190)])
        )
        await assert.rejects(
            imageFor(board, settings),
            /the settings take \d+ bytes of flash, \d+ are left of \d+ beside/
        )
    })

    test("needs the VM: without it the file, its source and its place are named", async t => {
        const cwd = tempFolder(t)
        const file = join(cwd, "vm.bin")
        assert.throws(() => findRuntime(board, file), {
            message: `the VM for ${board.id} is wanted: download ${runtimeUrl(board)} to ${file}`,
        })
        writeFileSync(file, "no image")
        assert.throws(() => findRuntime(board, file), /first byte is not 0xe9/)
        writeFileSync(file, Buffer.alloc(STORE_OFFSET))
        assert.throws(() => findRuntime(board, file), /is too large/)
    })

    test("is not written over what it is made of", async t => {
        const runtime = runtimeFile(t)
        const folder = tempFolder(t)
        const env = join(folder, "board.env")
        const main = join(folder, "main.ts")
        writeFileSync(env, "")
        writeFileSync(main, "")
        for (const [out, what] of [
            [runtime, "the board's VM"],
            [env, "a file of settings"],
            [main, "the program"],
        ] as const) {
            const before = readFileSync(out)
            const run = await runCli([
                ...["image", "--board", board.id, "--main", main],
                ...["--runtime", runtime, "--env", env, "--out", out],
            ])
            assert.equal(run.stderr, `fiberctl: --out "${out}": is ${what}\n`)
            assert.equal(run.code, 2)
            assert.ok(readFileSync(out).equals(before))
        }
    })

    test("that is booted is called by its own name", async t => {
        const folder = tempFolder(t)
        const file = join(folder, "fleet.bin")
        const { bytecode } = await buildProgram(PANICS)
        writeFileSync(file, makeImage(board, RUNTIME, bytecode, {}).bytes)
        const args = ["sim", "--image", file, "--state", join(folder, "state")]
        const run = await runCli([...args, "--for", "3", "--json"])
        const program = JSON.stringify(file)
        assert.ok(run.stdout.includes(`"program":${program}`), run.stdout)
        assert.match(run.stderr, /^fiberctl: ".*fleet\.bin" panicked /)
    })

    test("a misspelt board gets the nearest name", () => {
        assert.throws(() => findBoard("feather_s3"), /did you mean feather_s2/)
    })
})

// rows: B3b
describe("a board on a serial port", () => {
    const flash = (t: TestContext, port: string, ...more: string[]) =>
        runCli([
            ...["flash", "--main", MAIN, "--port", port],
            ...["--board", "esp32_devkit_c", "--runtime", runtimeFile(t)],
            ...["--set", "WIFI_SSID=attic", ...more],
        ])

    test("is written, verified and started", async t => {
        const board = await SerialBoard.plugIn(t)
        const run = await flash(t, board.path)
        assert.equal(run.stderr, "")
        assert.equal(run.code, 0)
        assert.match(run.stdout, /ESP32/)
        assert.match(run.stdout, /^100 %$/m)
        assert.match(run.stdout, /written, verified, and started\n$/)
        const { bytes, offset } = await imageFor(BOARDS[0])
        const written = FlashStore.parse(board.flash)
        assert.equal(written.get("wifi_ssid")?.toString(), "attic")
        assert.deepEqual(written.program(), FlashStore.parse(bytes).program())
        const vm = board.flash.subarray(offset, offset + RUNTIME.length)
        assert.ok(vm.equals(RUNTIME))
    })

    test("that writes something else is a failure", async t => {
        const board = await SerialBoard.plugIn(t)
        board.isFlipping = true
        const run = await flash(t, board.path)
        assert.match(run.stderr, /writing to .* failed: MD5 .* does not match/)
        assert.equal(run.code, 1)
    })

    test("with another chip is not written", async t => {
        const board = await SerialBoard.plugIn(t)
        const run = await runCli([
            ...["flash", "--main", MAIN, "--port", board.path],
            ...["--board", "feather_s2", "--runtime", runtimeFile(t)],
        ])
        assert.equal(run.code, 2)
        assert.match(run.stderr, /has a ESP32, the image is for esp32s2\n$/)
        assert.ok(board.flash.every(byte => byte === 0xff))
    })

    test("that is not there is reported in one line; a dry run needs none", async t => {
        const run = await flash(t, "/dev/no-such-port")
        assert.equal(run.code, 2)
        assert.equal(
            run.stderr,
            'fiberctl: there is no serial port "/dev/no-such-port": is the board plugged in?\n'
        )
        const dry = await flash(t, "/dev/no-such-port", "--dry-run")
        assert.equal(dry.code, 0)
        assert.match(dry.stdout, /^nothing is written: \d+ bytes at 0x1000/m)
    })

    test("is watched by monitor: frames resolved, bus frames left out", async t => {
        const board = await SerialBoard.plugIn(t)
        await buildProgram(PANICS)
        const cli = new Cli([
            ...["monitor", "--port", board.path, "--main", PANICS],
            "--timestamps",
        ])
        await cli.waitForError(/is open; Ctrl-C ends/)
        board.say("* 1.250 [ERROR] [pump.service] dry\r\n")
        board.say(Buffer.from([0xfe, 0xfc, 10, 0x41, 0x42, 0xfe, 0xfd]))
        board.say("! Exception at main_F0 (pc:9) \x1b[2J\r\n* PANIC 60004\r\n")
        await cli.waitForOutput(/60004/)
        board.say("* 1.260 [NOTICE] [system] build 00000000\r\n")
        await cli.waitForError(/build 00000000 is not kept here/)
        cli.signal("SIGINT")
        const run = await cli.done
        assert.equal(run.code, 130)
        const lines = run.stdout.trim().split("\n")
        assert.match(
            lines[0],
            /^\d{4}-\S+Z 1\.250 \[ERROR\] \[pump\.service\] dry$/
        )
        assert.match(
            lines[1],
            /at main \(test.system.programs.panics\.ts:\d+\) \\x1b\[2J$/
        )
        assert.match(lines[2], /PANIC 60004 \(out of heap\)$/)
        assert.equal(lines.length, 4)
    })

    test("that is pulled out is waited for, its last words are shown", async t => {
        const board = await SerialBoard.plugIn(t)
        const cli = new Cli(["monitor", "--port", board.path])
        await cli.waitForError(/is open/)
        board.say("* 1.250 [ERROR] [pump] dry\r\n* 1.260 [ALERT] [pump] I am")
        await cli.waitForOutput(/dry/)
        board.unplug()
        await cli.waitForError(/is gone, waiting for it/)
        cli.signal("SIGTERM")
        const { code, stdout } = await cli.done
        assert.equal(code, 143)
        assert.match(stdout, /dry\n1\.260 \[ALERT\] \[pump\] I am\n$/)
    })

    test("that never ends a line is shown, as one that speaks at another speed", async t => {
        const board = await SerialBoard.plugIn(t)
        const cli = new Cli(["monitor", "--port", board.path])
        await cli.waitForError(/is open/)
        board.say("~".repeat(9000))
        await cli.waitForOutput(/^(~{4096}\n){2}/)
        cli.signal("SIGINT")
        assert.equal((await cli.done).code, 130)
    })

    test("up builds, writes and shows the log", async t => {
        const board = await SerialBoard.plugIn(t)
        const cli = new Cli([
            ...["up", "--main", MAIN, "--port", board.path],
            ...["--runtime", runtimeFile(t), "--set", "WIFI_SSID=attic"],
        ])
        await cli.waitForError(/is open/)
        board.say("> hello from the board\r\n")
        await cli.waitForOutput(/verified[^]*^hello from the board$/m)
        cli.signal("SIGINT")
        assert.equal((await cli.done).code, 130)
    })

    test("with --json: what was written and each line of the log", async t => {
        const board = await SerialBoard.plugIn(t)
        const cli = new Cli([
            ...["up", "--json", "--main", MAIN, "--port", board.path],
            ...["--runtime", runtimeFile(t), "--set", "WIFI_SSID=attic"],
        ])
        await cli.waitForError(/is open/)
        board.say("> 1.250 [ERROR] [pump.service] dry\r\n")
        await cli.waitForOutput(/dry/)
        cli.signal("SIGINT")
        const { stdout } = await cli.done
        const [written, line, ...more] = stdout
            .trim()
            .split("\n")
            .map(text => JSON.parse(text) as Record<string, unknown>)
        assert.deepEqual(more, [])
        assert.equal(written!.board, "esp32_devkit_c")
        assert.equal(written!.port, board.path)
        assert.equal(line!.level, "error")
        assert.match(String(line!.text), /\[pump\.service\] dry$/)
        assert.ok(!Number.isNaN(Date.parse(String(line!.at))))
    })
})

// rows: B3b
test("decode resolves frames in any text, by the build that it names", async t => {
    const cwd = tempFolder(t)
    const text = join(cwd, "log")
    const { bytecode } = await buildProgram(PANICS)
    const { buildId } = await import("../../host/flash/index.ts")
    writeFileSync(
        text,
        [
            `<13>1 - host fiberd - - - build ${buildId(bytecode)}`,
            "<131>1 - host x - - - oops at main_F0 (pc:9) PANIC 60005",
            // a text of the program that looks like it
            "<134>1 - host x - - - the CI build 20261129 is out",
            "<131>1 - host x - - - again at main_F0 (pc:9)",
            "<13>1 - host fiberd - - - build 00000000",
            "<131>1 - host x - - - elsewhere at main_F0 (pc:9)",
            "",
        ].join("\n")
    )
    const run = await runCli(["decode", "--main", MAIN, text])
    assert.equal(run.code, 0)
    assert.match(
        run.stdout,
        /oops at main \(test.system.programs.panics\.ts:\d+\) PANIC 60005 \(uncaught exception\)\n/
    )
    assert.match(run.stdout, /again at main \(test.system.programs.panics\.ts:/)
    // frames of a build that is not kept are not those of the one before
    assert.match(run.stdout, /elsewhere at main_F0 \(pc:9\)\n/)
    assert.equal(
        run.stderr,
        "fiberctl: the debug information of build 00000000 is not kept here: its frames are as they were\n"
    )

    writeFileSync(text, "oops at gpc:1234\ndry at gpc:1234\n")
    const strange = await runCli(["decode", "--main", "src/mian.ts", text])
    assert.equal(strange.stdout, "oops at gpc:1234\ndry at gpc:1234\n")
    assert.equal(
        strange.stderr,
        'fiberctl: a build of "src/mian.ts" is not kept here: its frames are as they were\n'
    )

    writeFileSync(text, "a C1 command: \u009b2J\n")
    const json = await runCli(["decode", "--json", text])
    assert.equal(json.stdout, '{"text":"a C1 command: \\u009b2J"}\n')
})
