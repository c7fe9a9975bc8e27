// rows: A2
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join, resolve } from "node:path"
import test from "node:test"
import { Cli, cleanUp, runCli, startSimulator, tempFolder } from "./harness.ts"

const main = "test/system/programs/remote.ts"

test("fiberctl asks and controls a running board", async t => {
    const sim = await startSimulator(t, { main })
    const state = ["--state", sim.stateFolder!]
    const run = async (...args: string[]) => {
        const { code, stdout, stderr } = await runCli([...args, ...state])
        assert.equal(code, 0, `${args.join(" ")}: ${stdout}${stderr}`)
        return stdout
    }
    const json = async (...args: string[]) =>
        JSON.parse(await run(...args, "--json"))
    const fail = async (...args: string[]) => {
        const { code, stderr } = await runCli([...args, ...state])
        return { code, stderr }
    }

    await t.test("status", async () => {
        const text = await run("status")
        assert.match(text, /^● test-board [0-9a-f]{16} degraded, up /)
        assert.match(text, /^● sensor running since .* ago$/m)
        assert.match(
            text,
            /^× broken failed[^]*error: Error: the cable is loose at test\/system\/programs\/remote\.ts:\d+/m
        )
        assert.doesNotMatch(text, /\x1b/)
        const elsewhere = await runCli(
            ["status", "broken", "--state", resolve(sim.stateFolder!)],
            { cwd: tempFolder(t) }
        )
        assert.equal(elsewhere.code, 0, elsewhere.stderr)
        assert.match(elsewhere.stdout, /loose at test\/system\/programs\/rem/)
        for (const [env, isColoured] of [
            [{ FORCE_COLOR: "1" }, true],
            [{ FORCE_COLOR: "", NO_COLOR: "1" }, false],
            [{ FORCE_COLOR: "1", NO_COLOR: "1" }, true],
            [{ FORCE_COLOR: "0" }, false],
        ] as const) {
            const { stdout, stderr } = await runCli(["status", ...state], {
                env,
            })
            assert.equal(stdout.includes("\x1b["), isColoured)
            assert.equal(stderr, "")
        }

        const { summary, tasks } = await json("status")
        assert.equal(summary.state, "degraded")
        assert.equal(summary.device, sim.deviceId)
        assert.equal(summary.tasks, 4)
        assert.deepEqual(
            tasks.map(({ name }: { name: string }) => name),
            ["sensor", "job", "broken", "stubborn"]
        )
        assert.equal(typeof tasks[0].since, "number")
        const failed = await json("status", "--failed")
        assert.equal(failed.tasks.length, 1)
        assert.equal(failed.tasks[0].name, "broken")
        const all = await json("status", "--all")
        assert.equal(all.boards[0].tasks.length, 4)
    })

    await t.test("logs", async () => {
        const all = await run("logs")
        assert.match(all, /\[NOTICE\] \[tasks\] boot 1/)
        // it stands in the ring and in the flash log, and is one line
        const failures = await run("logs", "-u", "broken")
        assert.equal(failures.match(/the cable is loose/g)!.length, 1)
        assert.match(failures, /remote\.ts:\d+/)
        assert.match(await run("logs", "-p", "error"), /^.*broken.*\n$/)
        assert.equal(await run("logs", "-p", "debug..debug"), "")
        assert.match(await run("logs", "-g", "MEASURED", "-n", "1"), /^$/)
        assert.match(
            await run("logs", "-g", "measured", "-n", "1"),
            /20 degrees\n$/
        )
        assert.match(await run("logs", "-t", "tasks"), /boot 1/)
        assert.equal(await run("logs", "--until", "-1h"), "")
        assert.match(await run("logs", "--since", "5 min ago", "-b"), /boot 1/)
        assert.equal(await run("logs", "-b", "-1"), "")
        const [line] = (await run("logs", "-o", "json", "-u", "broken"))
            .trim()
            .split("\n")
            .map(text => JSON.parse(text))
        assert.equal(line.level, "error")
        assert.equal(line.task, "broken")
        assert.equal(line.device, sim.deviceId)
        assert.match(
            await run("logs", "-o", "cat", "-u", "broken"),
            /^failed: Error/
        )
        assert.match(await run("logs", "--file", "error.log"), /cable is loose/)
    })

    await t.test("show", async () => {
        const text = await run("show", "broken")
        assert.match(text, /^state=failed$/m)
        assert.match(text, /^error=.*remote\.ts:\d+/m)
        assert.equal((await json("show", "job")).result, "Küche")
        const unknown = await fail("show", "jab", "--json")
        assert.equal(unknown.code, 3)
        for (const selection of [":scheduled", "jo*"]) {
            const { code, stderr } = await fail("show", selection)
            assert.equal(code, 2)
            assert.equal(
                stderr,
                `fiberctl: show wants the name of one task, not "${selection}"\n`
            )
        }
    })

    await t.test("cat", async () => {
        assert.equal(await run("cat", "job"), "# job\nevery=2000\n")
        const [task] = await json("cat", "stubborn")
        assert.deepEqual(task.options, { autostart: false, grace: 5000 })
    })

    await t.test("top", async () => {
        const text = await run("top", "--once")
        assert.match(text, /^TASK +STATE +SINCE/m)
        assert.match(text, /^broken +failed .* 1 .*the cable is loose$/m)
        assert.match(text, /^log: console \d+/m)
        assert.equal((await json("top")).tasks.length, 4)
    })

    await t.test("flash map", async () => {
        const text = await run("flash", "map")
        assert.match(text, /^test-board: \d+ slots, \d+ bytes of values and/)
        assert.match(text, /^SLOT +KIND +BYTES$/m)
        assert.match(text, /^fd\.boot +boot +\d+$/m)
        assert.match(text, /^fd\.log00 +log +\d+$/m)
        assert.match(text, /^since boot, .* which erase \d\.\d pages$/m)
        const map = await json("flash", "map")
        assert.equal(map.isComputed, true)
        // the board tells what lies in its flash, to the byte
        const { slots } = JSON.parse(
            (
                await runCli([
                    ...["flash", "read", join(sim.stateFolder!, "flash.bin")],
                    "--json",
                ])
            ).stdout
        ) as { slots: Record<string, number> }
        const sizes = map.pieces.map(
            ({ key, size }: { key: string; size: number }) => [key, size]
        )
        assert.deepEqual(
            Object.fromEntries(sizes),
            Object.fromEntries(
                Object.entries(slots).map(([key, bytes]) => [
                    key,
                    Math.ceil(bytes / 8) * 8,
                ])
            )
        )
    })

    await t.test("start, stop, restart, disable, enable", async () => {
        assert.equal(await run("stop", "sensor"), "sensor: stopped\n")
        assert.equal(await run("start", "sensor"), "sensor: running\n")
        const [restarted] = await json("restart", "sensor")
        assert.equal(restarted.state, "running")
        assert.equal(await run("disable", "sensor"), "sensor: disabled\n")
        assert.equal(await run("enable", "sensor"), "sensor: running\n")
        for (const [verb, state] of [
            ["stop", "stopped"],
            ["start", "running"],
            ["disable", "disabled"],
            ["enable", "running"],
        ] as const) {
            const tasks = await json(verb, "sensor")
            assert.deepEqual(
                tasks.map((task: { name: string; state: string }) => [
                    task.name,
                    task.state,
                ]),
                [["sensor", state]],
                verb
            )
        }
    })

    await t.test("logs -f goes on, and ends by SIGINT", async () => {
        const cli = new Cli(["logs", "-f", "-u", "sensor", ...state])
        await cli.waitForOutput(/([^\n]*measured[^\n]*\n){12}/)
        cli.signal("SIGINT")
        await cli.done
        // the time is over, and nothing new is of it
        assert.equal(await run("logs", "-f", "--until", "-1h"), "")
        const soon = new Date(Date.now() + 1500).toISOString()
        const past = await run("logs", "-f", "--until", soon, "-u", "sensor")
        assert.match(past, /measured/)
        const asJson = new Cli(["logs", "-f", "-n", "1", "--json", ...state])
        await asJson.waitForOutput(/(\n[^\n]*){3}/)
        asJson.signal("SIGINT")
        const lines = (await asJson.done).stdout.trim().split("\n")
        for (const line of lines)
            assert.equal(typeof JSON.parse(line).at, "number")
    })

    await t.test("logs -f ends when nobody reads it any more", async () => {
        for (const more of ["", "--all"]) {
            const logs = `${process.execPath} host/fiberctl.js logs -f ${more}`
            const shell = spawn("bash", [
                "-c",
                `set -o pipefail; ${logs} ${state.join(" ")} | head -1`,
            ])
            cleanUp(t, () => shell.kill("SIGKILL"))
            const [code] = await once(shell, "close")
            // that of a process whose pipe is closed
            assert.equal(code, 141)
        }
    })

    await t.test("level", async () => {
        assert.equal(await run("level"), "info\n")
        assert.equal(await run("level", "info debug@net"), "info debug@net\n")
        assert.equal((await json("level")).spec, "info debug@net")
        assert.equal((await json("level", "info")).spec, "info")
        assert.match((await fail("level", "loud")).stderr, /"loud" is no level/)
    })

    await t.test("handlers", async () => {
        assert.match(await run("handlers"), /^ring +trace +running +\d+/m)
        const [console] = await json("handlers")
        assert.equal(console.name, "console")
    })

    await t.test("stats", async () => {
        const text = await run("stats")
        assert.match(text, /^test-board: up .*, boot 1, 4 tasks, \d+ fibers?, /)
        assert.match(text, /^answer: 42$/m)
        assert.match(text, /^broken +1 +0 +1 +0/m)
        assert.equal((await json("stats", "job")).tasks[0].name, "job")
    })

    // rows: A6
    await t.test("metrics", async () => {
        const text = await run("metrics")
        assert.match(text, /# EOF\n$/)
        assert.match(
            text,
            new RegExp(
                `^fiberd_task_failures_total\\{device="${sim.deviceId}",host="test-board",task="broken"\\} 1$`,
                "m"
            )
        )
        checkOpenMetrics(text)
        assert.equal((await json("metrics"))[0].info.device, sim.deviceId)
    })

    await t.test("settings", async () => {
        assert.match(await run("settings"), /^COLOUR +red +default$/m)
        assert.match(await run("settings"), /^WIFI_PWD +\*\*\* +file$/m)
        assert.match(await run("settings", "set", "COLOUR=blue"), /blue +file/)
        assert.equal(await run("settings", "get", "COLOUR"), "blue\n")
        assert.equal((await json("settings", "get", "COLOUR"))[0].text, "blue")
        assert.equal((await json("settings", "unset", "COLOUR"))[0].text, "red")
        const [set] = await json("settings", "set", "COLOUR=green")
        assert.equal(set.text, "green")
        assert.match(await run("settings", "unset", "COLOUR"), /red +default$/m)
        assert.equal((await json("settings")).length, 2)
        const long = `COLOUR=${"x".repeat(255)}`
        assert.deepEqual(await fail("settings", "set", long), {
            code: 1,
            stderr: "fiberctl: COLOUR: a value of 255 bytes, at most 223 can be sent\n",
        })
        const unknown = await fail("settings", "get", "COLOR")
        assert.equal(unknown.code, 2)
        assert.match(unknown.stderr, /no setting "COLOR"/)
    })

    await t.test("time", async () => {
        assert.equal(await run("time"), "not known\n")
        assert.match(await run("time", "--sync"), /^20\d\d-.* this machine\n$/)
        assert.ok(Math.abs((await json("time")).ahead) < 5000)
    })

    await t.test("safe-mode", async () => {
        assert.equal(await run("safe-mode"), "off\n")
        assert.equal(await run("safe-mode", "on"), "on\n")
        assert.match(await run("status"), /safe mode/)
        assert.equal((await json("safe-mode")).safe, true)
        assert.equal((await json("safe-mode", "off")).safe, false)
    })

    await t.test("devices", async () => {
        assert.match(
            await run("devices"),
            new RegExp(`^${sim.deviceId} +test-board +degraded +1 +`, "m")
        )
        const [device, ...others] = await json("devices")
        assert.equal(device.device, sim.deviceId)
        assert.deepEqual(others, [])
    })

    await t.test("what goes wrong has its exit code", async () => {
        const task = await fail("stop", "sensr")
        assert.equal(task.code, 3)
        assert.match(task.stderr, /^fiberctl: no task "sensr".*sensor/)
        const unit = await fail("logs", "-u", "sensr")
        assert.equal(unit.code, 3)
        assert.equal(unit.stderr, 'fiberctl: no task "sensr"; near: sensor\n')
        // it has written nothing of that level
        assert.equal(await run("logs", "-u", "job", "-p", "alert"), "")
        const earlier = await fail("logs", "-b", "-99")
        assert.equal(earlier.code, 0)
        assert.match(
            earlier.stderr,
            /^fiberctl: no line of run -99 is kept: the log goes back to run 0\n$/
        )
        const device = await fail("status", "--device", "ffff")
        assert.equal(device.code, 3)
        assert.equal((await fail("logs", "-p", "loud")).code, 2)
        assert.equal((await fail("logs", "-g", "[")).code, 2)
        const verb = await fail("stat")
        assert.equal(verb.code, 2)
        assert.match(verb.stderr, /Did you mean.*(stats|status)/)
        assert.match((await fail("logs", "--folow")).stderr, /--follow/)
        const below = await fail("settings", "gte")
        assert.equal(below.code, 2)
        assert.match(
            below.stderr,
            /unknown command 'gte' \(Did you mean get\?\)/
        )
        assert.match((await runCli(["flash", "mapp"])).stderr, /mean map\?/)
        const set = await fail("settings", "set", "COLOUR")
        assert.equal(set.code, 2)
        assert.equal(set.stderr, "fiberctl: KEY=VALUE is wanted\n")
        const refused = await fail("level", "loud")
        assert.equal(refused.code, 1)
        const both = await fail("status", "--bus", "127.0.0.1:1")
        assert.equal(both.code, 2)
    })

    await t.test("reboot", async () => {
        assert.match(await run("reboot"), /^boot 2, after/)
        assert.equal((await json("status")).summary.lastEnd, "restart")
        assert.equal((await json("reboot")).boot, 3)
        // the uptime goes on, and what is counted begins again
        const { countedMs } = await json("flash", "map")
        const { uptime } = (await json("status")).summary
        assert.ok(countedMs > 0 && countedMs < uptime / 2, `${countedMs}`)
    })
})

test("a program without a boot journal is restarted, and has no number of a boot", async t => {
    const sim = await startSimulator(t, { main: "examples/controlled.ts" })
    const ask = (...args: string[]) =>
        runCli([...args, "--state", sim.stateFolder!])
    await sim.waitFor("console", ({ text }) => text.includes("measured"))
    const reboot = await ask("reboot")
    assert.match(reboot.stdout, /^started again, after \d/)
    const stats = await ask("stats")
    assert.match(stats.stdout, /^greenhouse: up [^,]*, 2 tasks, /)
})

test("a lost board is reported and waited for", async t => {
    const sim = await startSimulator(t, { main })
    const cli = new Cli(["logs", "-f", "--state", sim.stateFolder!])
    cleanUp(t, () => cli.signal("SIGKILL"))
    await cli.waitForOutput(/measured/)
    await sim.restart()
    await cli.waitForOutput(/boot 2/)
    cli.signal("SIGINT")
    assert.match((await cli.done).stderr, /the board has started again/)
})

test("no board is exit code 3, one that is silent 4", async t => {
    const bad = await runCli(["status", "--bus", "nonsense"])
    assert.equal(bad.code, 2)
    assert.match(bad.stderr, /^fiberctl: bus "nonsense": HOST:PORT is wanted/)
    const none = await runCli(["status", "--bus", "127.0.0.1:9"])
    assert.equal(none.code, 3)
    assert.match(none.stderr, /^fiberctl: no bus at 127\.0\.0\.1:9/)
    const sim = await startSimulator(t, { main })
    const { stateFolder } = sim
    await sim.kill()
    const silent = await runCli(["level", "--state", stateFolder!])
    assert.equal(silent.code, 4)
    assert.match(silent.stderr, /did not answer/)
})

/** Holds a page to the grammar of OpenMetrics, as far as it is used. */
function checkOpenMetrics(text: string): void {
    const families = new Map<string, string>()
    for (const line of text.split("\n").slice(0, -2)) {
        const type = /^# TYPE (\S+) (counter|gauge)$/.exec(line)
        if (type) {
            assert.ok(!families.has(type[1]!), `${type[1]} twice`)
            families.set(type[1]!, type[2]!)
            continue
        }
        if (/^# (HELP|UNIT) \S+ .+$/.test(line)) continue
        const sample =
            /^([a-z_]+?)(_total)?\{([a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\} -?\d+(\.\d+)?$/.exec(
                line
            )
        assert.ok(sample, line)
        assert.equal(
            families.get(sample[1]!),
            sample[2] ? "counter" : "gauge",
            line
        )
    }
}
