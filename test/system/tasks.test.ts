import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { describe, type TestContext, test } from "node:test"
import { buildProgram, type Simulator } from "../../host/sim/index.ts"
import { runCli, startSimulator } from "./harness.ts"
import { runImage } from "./run-image.ts"

const FOLDER = "test/system/programs/"
/** Longest that a program may take on a busy machine, in ms. */
const PATIENCE_MS = 60_000
/** Tasks in the heap programs. */
const HEAP_TASKS = 50

function programFile(name: string): string {
    return `${FOLDER}task-${name}.ts`
}

/** Runs a program until it prints a line; returns its console as one text. */
async function consoleOf(
    t: TestContext,
    name: string,
    until = /^ready$/
): Promise<string> {
    const sim = await start(t, name)
    await waitForLine(sim, until)
    return sim.consoleLines.join("\n")
}

/** The same under a clock of its own: the times are exact, however busy this machine is. */
async function timedConsoleOf(name: string): Promise<string> {
    const { bytecode } = await buildProgram(programFile(name))
    const lines: string[] = []
    const { isLate } = await runImage(bytecode, {
        limitMs: PATIENCE_MS,
        line: line => {
            const text = line.replace(/^[>*!] /, "")
            lines.push(text)
            return text === "ready"
        },
    })
    assert.ok(!isLate, lines.join("\n"))
    return lines.join("\n")
}

function start(t: TestContext, name: string): Promise<Simulator> {
    return startSimulator(t, { main: programFile(name), collector: false })
}

async function waitForLine(sim: Simulator, line: RegExp): Promise<void> {
    await sim.waitFor("console", e => line.test(e.text), PATIENCE_MS)
}

/** A server that sends nothing until the test says what. */
async function silentServer(t: TestContext): Promise<{
    port: number
    answer(text: string): void
}> {
    const sockets: Socket[] = []
    let said: string | undefined
    const server = createServer(socket => {
        sockets.push(socket)
        socket.on("error", () => {})
        socket.resume()
        // on a busy machine the board may come after its task was stopped
        if (said !== undefined) socket.end(said)
    })
    await new Promise<void>(done => server.listen(0, "127.0.0.1", done))
    t.after(() => {
        for (const socket of sockets) socket.destroy()
        server.close()
    })
    return {
        port: (server.address() as AddressInfo).port,
        answer: text => {
            said = text
            for (const socket of sockets) socket.end(text)
        },
    }
}

function count(text: string, pattern: RegExp): number {
    return [...text.matchAll(pattern)].length
}

describe("tasks in the simulator", { concurrency: 4 }, () => {
    // rows: N2
    test("network: what requires it runs while there is an address", async t => {
        const sim = await start(t, "network")
        let since = 0
        const said = async (text: string) => {
            const found = await sim.waitFor(
                "console",
                e => e.text.endsWith(text),
                PATIENCE_MS,
                since
            )
            since = found.at
        }
        await said("[network.service] up")
        await said("[pull.service] pulling")
        for (let i = 0; i < 2; ++i) {
            sim.setNetwork(false)
            await said("[network.service] down")
            await said("[pull.service] let go")
            sim.setNetwork(true)
            await said("[network.service] up")
            await said("[pull.service] pulling")
        }
        assert.deepEqual(sim.past("panic"), [])
    })

    // rows: T8
    test("crash loop: restarted with backoff, then given up with one alert", async t => {
        const sim = await start(t, "crash-loop")
        await waitForLine(sim, /^ready$/)
        const text = sim.consoleLines.join("\n")
        assert.equal(
            count(
                text,
                /^\S+ \[ERROR\] \[sensor.service\] failed: RangeError/gm
            ),
            4
        )
        const delays = [...text.matchAll(/sensor restarts in (\d+) ms/g)]
        assert.deepEqual(
            delays.map(([, ms]) => Number(ms)),
            [50, 100, 200]
        )
        assert.equal(count(text, /^\S+ \[ALERT\]/gm), 1)
        assert.match(
            text,
            /\[ALERT\] \[sensor.service\] failed for good after 3 restarts in 10 s, last: RangeError: reading 4 out of range/
        )
        const after = text.slice(text.indexOf("[ALERT]"))
        assert.match(after, /\[INFO\] \[heart.service\] beat/)
        assert.match(text, /● heart: running since/)
        assert.match(text, /● sensor: failed since .*, run 4, 3 restarts/)
        assert.match(
            text,
            /error RangeError: reading 4 out of range at gpc:\d+/
        )
        const program = programFile("crash-loop")
        const lines = readFileSync(program, "utf8").split("\n")
        const line = lines.findIndex(code => code.includes("throw")) + 1
        assert.match(
            sim.resolveFrames(text),
            new RegExp(`out of range at ${program}:${line} src/tasks/run`)
        )
    })

    // rows: T11
    test("cycle: named by its path, and only its members and dependents fail", async t => {
        const text = await consoleOf(t, "cycle")
        assert.match(
            text,
            /\[ERROR\] \[tasks\] cycle of dependencies: mqtt -> broker -> store -> mqtt/
        )
        assert.equal(count(text, /cycle of dependencies: mqtt/g), 4)
        assert.match(
            text,
            /task "orphan" cannot start: requires "nobody": no such task/
        )
        assert.match(text, /● wifi: running/)
        assert.match(text, /● clock: running/)
        assert.equal(count(text, /● (mqtt|broker|store|orphan): failed/g), 4)
    })

    // rows: T9
    test("watchdog: silence is found within 1.5 periods, a hung task is terminated", async () => {
        const text = await timedConsoleOf("watchdog")
        const found = [
            ...text.matchAll(
                /^\S+ .*\[(\w+).service\] failed: Watchdog: silent for (\d+) ms, 200 ms allowed/gm
            ),
        ]
        assert.equal(found.length, 4)
        for (const [line, , ms] of found)
            assert.ok(Number(ms) >= 200 && Number(ms) < 300, line)
        assert.equal(
            count(
                text,
                /^\S+ \[ERROR\] \[hung.service\] did not stop within 100 ms/gm
            ),
            2
        )
        assert.equal(count(text, /silent.service\] did not stop/g), 0)
        assert.equal(count(text, /^\S+ \[ALERT\] .* after 1 restarts/gm), 2)
    })

    // rows: T7
    test("stopped in a button, a register, timers, a page and a broker: no panic", async t => {
        const servers = await Promise.all([silentServer(t), silentServer(t)])
        const [http, mqtt] = servers.map(({ port }) => String(port))
        const sim = await startSimulator(t, {
            main: programFile("foreign-waits"),
            collector: false,
            settings: { HTTP_PORT: http!, MQTT_PORT: mqtt! },
        })
        await waitForLine(sim, /^stopped 5, left 5$/)
        await sim.setButton(true)
        const first = await sim.waitFor(
            "console",
            ({ text }) => text.startsWith("woke "),
            PATIENCE_MS
        )
        assert.deepEqual(first.text.slice(5).split(",").sort(), [
            "button",
            "register",
            "sleep",
            "timer",
        ])
        await waitForLine(sim, /^stopped 1, left 2$/)
        servers[0]!.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        const { at } = await sim.waitFor(
            "console",
            ({ text }) => text === "woke fetch",
            PATIENCE_MS
        )
        await sim.waitFor(
            "console",
            ({ text }) => text === "stopped 1, left 2",
            PATIENCE_MS,
            at
        )
        servers[1]!.answer("\x20\x02\x00\x00")
        await waitForLine(sim, /^ready$/)
        // events still come, now that nobody waits for them
        await sim.setButton(false)
        await waitForLine(sim, /^button up$/)
        const woke = sim.consoleLines.filter(line => line.startsWith("woke "))
        assert.equal(woke.at(-1), "woke mqtt")
        assert.deepEqual(sim.past("panic"), [])
    })

    // rows: T10
    test("schedule: periods, delays, skipped runs, and a time of day", async t => {
        const text = await consoleOf(t, "schedule")
        assert.match(text, /poll.service\] poll 3/)
        assert.equal(count(text, /^\S+ \[INFO\] \[late.service\] late/gm), 1)
        assert.match(text, /● morning: scheduled since uptime/)
        assert.match(text, /waits for wall clock/)
        assert.match(
            text,
            /2027-01-15T06:30:\S+ \[INFO\] \[morning.service\] good morning/
        )
        assert.match(text, /● morning: scheduled since 2027-01-15T06:30/)
        assert.match(text, /next in 24 h/)
        assert.match(text, /● slow: .*, \d+ skipped/)
    })

    // rows: T13
    test("children: stopped before their parent, shown under it", async t => {
        const text = await consoleOf(t, "children")
        assert.match(text, /^ {2}● server.one: running/m)
        assert.match(
            text,
            /^ {2}● server.crash: running since .*, run 2, 1 restart$/m
        )
        assert.match(text, /\[server.service.deaf\] did not stop within 100 ms/)
        const place = (words: string) => {
            const at = text.indexOf(words)
            assert.ok(at > 0, words)
            return at
        }
        assert.equal(count(text, /^\S+ \[INFO\] .*worker ends/gm), 2)
        assert.ok(place("worker ends") < place("server ends"))
        assert.ok(place("deaf] did not stop") < place("server ends"))
        assert.ok(place("server ends") < place("socket closed"))
        assert.equal(count(text, /● server\S*: stopped/g), 5)
    })

    // rows: T18
    test("safe mode: after panics at every start, cleared by a good run", async t => {
        const sim = await start(t, "safe-mode")
        const { at } = await sim.waitFor(
            "console",
            e => /boot 4, last end: restart/.test(e.text),
            PATIENCE_MS
        )
        const text = sim.consoleLines.join("\n")
        assert.match(text, /\[NOTICE\] \[tasks\] boot 1, last end: first/)
        assert.match(text, /\[NOTICE\] \[tasks\] boot 2, last end: panic/)
        assert.match(text, /\[NOTICE\] \[tasks\] boot 3, last end: panic/)
        assert.match(
            text,
            /\[ALERT\] \[tasks\] safe mode, only core tasks run: 2 starts in a row lasted under 1 s, the last ended by panic/
        )
        assert.equal(count(text, /^\S+ \[ALERT\]/gm), 1)
        assert.match(text, /boot 3 lasted, safe true, 0 short starts/)
        assert.match(text, /● console: running/)
        assert.match(text, /● bad: stopped/)
        // the fourth start may have failed by now
        const panics = sim.past("panic").filter(panic => panic.at < at)
        assert.equal(panics.length, 2)
        // 3 starts, 1 that lasted, 1 restart recorded in advance; the fourth start may be saved yet
        const { writes } = sim.flashCounts
        assert.ok(writes === 5 || writes === 6, `${writes} writes`)
    })

    // rows: T18 T17
    test("safe mode: the collector is told of the crash, as syslog is core", async t => {
        const sim = await startSimulator(t, {
            main: programFile("crash-firmware"),
            settings: { SAFE_STARTS: "2" },
        })
        const { line } = await sim.waitFor(
            "syslog",
            event => event.line.includes("safe mode"),
            PATIENCE_MS
        )
        assert.match(line, /2 starts in a row .* the last ended by panic/)
        assert.equal(sim.past("panic").length, 2)
    })

    // rows: T18
    test("safe mode: settings reach a board whose program throws at each start", async t => {
        const sim = await startSimulator(t, {
            main: "test/system/programs/throwing.ts",
            settings: { SAFE_STARTS: "2", PIN: "77" },
        })
        await sim.waitFor(
            "syslog",
            event => event.line.includes("safe mode, only core tasks run"),
            PATIENCE_MS
        )
        const run = (...words: string[]) =>
            runCli([...words, "--state", sim.stateFolder])
        const set = await run("settings", "set", "PIN=5")
        assert.equal(set.code, 0, set.stderr)
        const reboot = await run("reboot")
        assert.equal(reboot.code, 0, reboot.stderr)
        await waitForLine(sim, /\[sensor.service\] measures at pin 5$/)
    })

    test("tasks that never rest leave the board in reach", async t => {
        const sim = await start(t, "busy")
        await waitForLine(sim, /boot 1, last end: first$/)
        let shown = ""
        // the first answer may come before the core tasks had their turn
        while (!shown.includes("○ late done")) {
            const status = await runCli(["status", "--state", sim.stateFolder])
            assert.equal(status.code, 0, status.stderr)
            shown = status.stdout
        }
        assert.match(shown, /● computes running/)
    })

    // rows: T19
    test("an idle task takes at most 516 bytes of heap", async t => {
        const [none, idle, running] = await Promise.all(
            ["none", "idle", "running"].map(name => freeHeap(t, name))
        )
        const registered = (none! - idle!) / HEAP_TASKS
        const sleeping = (none! - running!) / HEAP_TASKS
        t.diagnostic(
            `registered ${registered} bytes, running ${sleeping} bytes`
        )
        assert.ok(registered > 0 && registered <= 300, `${registered} bytes`)
        assert.ok(sleeping > 0 && sleeping <= 516, `${sleeping} bytes`)
    })
})

/** Bytes of heap that are free beside the tasks of a heap program. */
async function freeHeap(t: TestContext, name: string): Promise<number> {
    const sim = await start(t, `heap-${name}`)
    const panic = await sim.waitFor("panic", undefined, PATIENCE_MS)
    assert.equal(panic.code, 60004)
    const figures = sim.consoleLines
        .filter(line => line.startsWith("free "))
        .map(line => Number(line.slice("free ".length)))
    return Math.max(...figures)
}
