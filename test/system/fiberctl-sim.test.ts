import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import {
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    renameSync,
    writeFileSync,
} from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { join } from "node:path"
import { before, describe, test } from "node:test"
import { FlashStore } from "../../host/flash/index.ts"
import { buildProgram } from "../../host/sim/index.ts"
import { tryLock } from "../../host/sim/lock.ts"
import { isAlive } from "../../host/processes.ts"
import {
    childPids,
    Cli,
    parseEvents,
    runCli,
    tempFolder,
    untilGone,
} from "./harness.ts"

const HELLO = "test/system/programs/hello.ts"
const LEVELS = "test/system/programs/levels.ts"
const STORE = "test/system/programs/store.ts"
const PANICS = "test/system/programs/panics.ts"

// one build each, not one for every test that comes first
before(async () => {
    for (const main of [HELLO, PANICS, LEVELS, STORE]) await buildProgram(main)
})

// rows: B3
describe("fiberctl sim", { concurrency: 3 }, () => {
    test("prints events as JSON, a line each, and ends after --for", async t => {
        const state = tempFolder(t)
        const args = ["sim", "--main", HELLO, "--json", "--state", state]
        args.push("--set", "GREETING=a=b", "--for", "4")
        const run = await runCli(args)
        assert.equal(run.stderr, "")
        assert.equal(run.code, 0)
        const events = parseEvents(run.stdout)
        const names = new Set(events.map(event => event.event))
        for (const name of [
            "boot",
            "console",
            "led",
            "tone",
            "syslog",
            "flash",
        ])
            assert.ok(names.has(name as never), `no ${name} event`)
        assert.equal(names.has("panic"), false)
        assert.deepEqual(
            events.map(event => event.at),
            events.map(event => event.at).sort((a, b) => a - b)
        )
        const end = events.at(-1)!
        assert.ok(end.event === "end" && end.reason === "4 s are over")
        assert.match(run.stdout, /"text":"GREETING=a=b"/)
        assert.match(run.stdout, /"text":"DEMO=1"/)
        assert.deepEqual(readdirSync(state).sort(), ["device-id", "flash.bin"])
    })

    test("takes settings from files and options, the later first", async t => {
        const folder = tempFolder(t)
        const one = join(folder, "one.env")
        const two = join(folder, "two.env")
        writeFileSync(one, "export GREETING='from # one'\nDEMO=\n")
        writeFileSync(two, 'GREETING="from # two"\nEXTRA=x\n')
        const lines = async (...args: string[]) => {
            const cli = new Cli([
                ...["sim", "--main", HELLO, "--state", join(folder, "state")],
                ...args,
            ])
            await cli.waitForOutput(/DEMO=/)
            cli.signal("SIGTERM")
            return (await cli.done).stdout
        }
        const first = await lines("--env", two, "--env", one)
        assert.match(first, / boot 1$/m)
        assert.match(first, / GREETING=from # one$/m)
        assert.match(first, / DEMO=none$/m)
        const second = await lines("--env", one, "--set", "GREETING=set")
        assert.match(second, / boot 2$/m)
        assert.match(second, / GREETING=set$/m)
        const fresh = await lines("--env", one, "--env", two, "--fresh")
        assert.match(fresh, / boot 1$/m)
        assert.match(fresh, / GREETING=from # two$/m)
    })

    for (const [signal, exitCode] of [
        ["SIGINT", 130],
        ["SIGTERM", 143],
        ["SIGHUP", 129],
    ] as const)
        test(`ends cleanly on ${signal}, leaves no process and told no secret`, async t => {
            const state = tempFolder(t)
            const cli = new Cli([
                ...["sim", "--main", HELLO, "--state", state],
                ...["--set", "WIFI_SSID=net", "--set", "WIFI_PWD=hunter2"],
                ...["--set", "MQTT_PASS=hunter2"],
            ])
            await cli.waitForOutput(/ready/)
            const children = await childPids(cli.pid)
            assert.ok(children.some(isAlive))
            cli.signal(signal)
            const run = await cli.done
            assert.equal(run.code, exitCode)
            assert.equal(run.stderr, "")
            assert.match(run.stdout, new RegExp(`■ ${signal}$`, "m"))
            assert.match(run.stdout, /^ +state: /m)
            await untilGone(children)
            assert.equal(existsSync(join(state, "lock")), false)
            assert.doesNotMatch(run.stdout, /hunter2/)
            const flash = FlashStore.parse(
                readFileSync(join(state, "flash.bin"))
            )
            assert.equal(flash.get(":WIFI_PWD"), undefined)
            assert.equal(flash.get(":MQTT_PASS")?.toString(), '"hunter2"')
        })

    for (const [signal, exitCode] of [
        ["SIGTERM", 143],
        ["SIGHUP", 129],
    ] as const)
        test(`ends cleanly on ${signal} to all its processes, as a service manager sends it`, async t => {
            const cli = new Cli([
                "sim",
                "--main",
                HELLO,
                "--state",
                tempFolder(t),
            ])
            await cli.waitForOutput(/ready/)
            const children = await childPids(cli.pid)
            for (const pid of children) process.kill(pid, signal)
            // time in which a board that is gone would be noticed
            await sleep(500)
            cli.signal(signal)
            const run = await cli.done
            assert.equal(run.stderr, "")
            assert.equal(run.code, exitCode)
            await untilGone(children)
        })

    test("killed, it takes its VM with it", async t => {
        const state = tempFolder(t)
        const cli = new Cli(["sim", "--main", HELLO, "--state", state])
        await cli.waitForOutput(/ready/)
        const children = await childPids(cli.pid)
        cli.signal("SIGKILL")
        await cli.done
        await untilGone(children)
        const release = tryLock(join(state, "lock"))
        assert.ok(release, "the lock that it left must be no obstacle")
    })

    test("runs side by side", async t => {
        const runs = [1, 2, 3].map(n => {
            const state = tempFolder(t)
            const args = ["sim", "--main", HELLO, "--json", "--state", state]
            return new Cli([...args, "--set", `GREETING=board ${n}`])
        })
        for (const [i, cli] of runs.entries()) {
            await cli.waitForOutput(/"event":"syslog"/)
            cli.signal("SIGINT")
            const { stdout } = await cli.done
            const said = parseEvents(stdout).filter(e => e.event === "console")
            assert.equal(
                said.filter(e => e.text.startsWith("GREETING=")).length,
                1
            )
            assert.ok(said.some(e => e.text === `GREETING=board ${i + 1}`))
        }
    })

    test("a program that never gets going is exit code 1", async t => {
        const state = tempFolder(t)
        const args = ["sim", "--main", PANICS, "--state", state, "--for", "3"]
        const run = await runCli(args)
        assert.equal(run.code, 1)
        assert.match(run.stdout, /✗ PANIC 60005/)
        assert.match(
            run.stderr,
            /^fiberctl: "[^"]+" panicked and never ran[^\n]*\n$/
        )
    })

    test("shows what is asked for, at its level", async t => {
        const state = tempFolder(t)
        const args = ["sim", "--main", LEVELS, "--state", state]
        const lines = async (...more: string[]) => {
            const run = await runCli([...args, "--expect", "[done]", ...more])
            assert.equal(run.code, 0, run.stderr)
            return run.stdout.split("\n").map(line => line.slice(10))
        }
        const usual = await lines()
        assert.ok(usual.includes("[INFO] [net] 0 error lines sent"))
        assert.ok(usual.includes("[ERROR] [pump.service] dry\\r[INFO] [x] y"))
        const errors = await lines("--level", "error")
        assert.deepEqual(
            errors.filter(line => /^\[[A-Z]+\]/.test(line)),
            ["[ERROR] [pump.service] dry\\r[INFO] [x] y"]
        )
        const pump = await lines("--task", "pu*", "--only", "log")
        assert.deepEqual(
            pump.filter(line => line.startsWith("[")),
            ["[ERROR] [pump.service] dry\\r[INFO] [x] y"]
        )
        assert.deepEqual(await lines("--quiet"), [""])
    })

    // rows: B3c
    test("--json has records with the board's time, and the wall's", async t => {
        const state = tempFolder(t)
        const args = ["sim", "--main", LEVELS, "--state", state, "--json"]
        const run = await runCli([...args, "--expect", "/^.*done\\]/"])
        const events = run.stdout
            .trim()
            .split("\n")
            .map(line => JSON.parse(line))
        const dry = events.find(event => event.level === "error")
        assert.equal(dry.event, "console")
        assert.equal(dry.uptime, 1250)
        assert.equal(dry.topic, "pump.service")
        assert.equal(dry.task, "pump")
        assert.equal(dry.message, "dry\r[INFO] [x] y")
        assert.equal(typeof dry.sincePowerOn, "number")
        assert.match(dry.wall, /^\d{4}-\d\d-\d\dT/)
        const sent = events.find(event => event.level === "info")
        assert.equal(sent.time, "2026-01-01T00:00:00.000Z")
        assert.equal(events.at(-1).summary.lines >= 3, true)
    })

    // rows: B3c
    test("checks: 0 when seen, 1 for what must not be, 4 when time is up", async t => {
        const state = tempFolder(t)
        const args = ["sim", "--main", LEVELS, "--state", state, "--quiet"]
        const cases: [string[], number, RegExp][] = [
            [["--expect", "dry", "--expect", "[done]"], 0, /^$/],
            [["--fail-on", "error"], 1, /^fiberctl: a line of level error: /],
            [["--fail-on", "/0 .* sent/"], 1, /a line with \/0 \.\* sent\/: /],
            [
                ["--expect", "never", "--timeout", "1"],
                4,
                /^fiberctl: not seen within 1 s: never\n$/,
            ],
            [
                ["--expect", "never", "--for", "1"],
                1,
                /^fiberctl: not seen: never/,
            ],
            [["--timeout", "1"], 4, /the run was not over within 1 s/],
        ]
        for (const [more, code, stderr] of cases) {
            const run = await runCli([...args, ...more])
            assert.equal(run.code, code, more.join(" "))
            assert.match(run.stderr, stderr)
        }
    })

    test("a panic is a failure where it is asked for", async t => {
        const state = tempFolder(t)
        const args = ["sim", "--main", PANICS, "--state", state]
        const run = await runCli([...args, "--fail-on", "panic", "--quiet"])
        assert.equal(run.code, 1)
        assert.equal(run.stderr, "fiberctl: panic 60005 (uncaught exception)\n")
        const allowed = await runCli([...args, "--for", "3", "--allow-panics"])
        assert.equal(allowed.code, 0, allowed.stderr)
    })

    test("a board whose flash cannot be written is exit code 1", async t => {
        const state = tempFolder(t)
        const cli = new Cli(["sim", "--main", STORE, "--state", state])
        await cli.waitForOutput(/runs test/)
        const gone = join(tempFolder(t), "gone")
        renameSync(state, gone)
        const run = await cli.done
        assert.equal(run.code, 1)
        assert.match(
            run.stderr,
            /^fiberctl: the flash "[^"]*flash\.bin" not found\n$/
        )
        assert.equal(existsSync(state), false)
    })

    test("ends on a signal also when nobody reads its output", async t => {
        const state = tempFolder(t)
        const args = ["sim", "--main", STORE, "--state", state, "--json"]
        const child = spawn(process.execPath, ["host/fiberctl.js", ...args], {
            stdio: ["ignore", "pipe", "pipe"],
        })
        t.after(() => child.kill("SIGKILL"))
        child.stdout.pause()
        while (!existsSync(join(state, "flash.bin"))) await sleep(50)
        child.kill("SIGINT")
        const [code] = await once(child, "exit")
        assert.equal(code, 130)
    })

    test("a failed start leaves no lock", async t => {
        const state = tempFolder(t)
        mkdirSync(join(state, "device-id"))
        const args = ["sim", "--main", HELLO, "--state", state]
        const run = await runCli(args)
        assert.equal(run.code, 2)
        assert.match(run.stderr, /^fiberctl: "[^"]*device-id" is a folder\n$/)
        assert.deepEqual(readdirSync(state), ["device-id"])
    })

    test("a VM process that dies is exit code 1", async t => {
        const state = tempFolder(t)
        const cli = new Cli(["sim", "--main", HELLO, "--state", state])
        await cli.waitForOutput(/ready/)
        for (const pid of await childPids(cli.pid))
            if (
                readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(
                    "vm-process"
                )
            )
                process.kill(pid, "SIGKILL")
        const run = await cli.done
        assert.equal(run.code, 1)
        assert.match(run.stderr, /^fiberctl: the VM process died \(SIGKILL\)/)
    })
})
