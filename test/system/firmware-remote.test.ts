import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { before, describe, test } from "node:test"
import { OUT_OF_MEMORY } from "../../bench/lib/probe.ts"
import { connect } from "../../host/client/index.ts"
import { buildProgram, type Simulator } from "../../host/sim/index.ts"
import { cleanUp, runCli, startSimulator, tempFolder } from "./harness.ts"

/** Settings of one change. */
const MANY_SETTINGS = 50

/** Two texts of each of many settings, which a board takes at run time. */
const TEXTS: Record<string, [string, string]> = {
    HOSTNAME: ["roof-9", "h".repeat(60)],
    LOG_LEVEL: ["info debug@net warning@task.demo", "debug"],
    SAFE_SECONDS: ["29", "31"],
    FILE_LEVEL: ["err", "warning"],
    FLUSH_BYTES: ["64", "384"],
    FLUSH_TIME: ["10s", "1m"],
    FLUSH_LEVEL: ["err", "crit"],
    QUEUE_DROP: ["60", "80"],
    QUEUE_LOW: ["10", "20"],
    QUEUE_FLUSH: ["10", "100"],
    SYSLOG_FRAME: ["lf", "octet"],
    SYSLOG_LEVEL: ["debug", "info"],
    SYSLOG_FAC: ["local1", "daemon"],
    SYSLOG_APP: ["greenhouse", "a"],
    SYSLOG_BOM: ["true", "false"],
    BACKOFF_MIN: ["100ms", "1s"],
    BACKOFF_MAX: ["10s", "20s"],
    LOG_BURST: ["50", "0"],
    SAFE_STARTS: ["6", "7"],
    FILE_MAX_SIZE: ["1300", "1200"],
    SYSLOG_MAX: ["1KB", "2KB"],
    SYSLOG_QUEUE: ["6KB", "8KB"],
    SYSLOG_WINDOW: ["1KB", "4KB"],
}
/** Changes of most of them. */
const CHANGES = 20
/**
 * Of these, at most so many are not made: of some 200 changes one finds the heap in pieces that are
 * too small for the text of such a file. The board restarts then, with the settings before it.
 */
const MOST_LOST = 1
/** Longest settings file, in bytes. */
const FILE_BYTES = 1390

before(async () => {
    await buildProgram("src/main.ts")
})

/** Runs fiberctl against a simulated board. */
function fiberctl(sim: Simulator, ...args: string[]) {
    return runCli([...args, "--state", sim.stateFolder])
}

// rows: A1
describe("the firmware under fiberctl", { concurrency: 2 }, () => {
    test("shows its tasks, and stops one", async t => {
        const sim = await startSimulator(t)
        await sim.waitFor("boot")
        const { stdout } = await fiberctl(sim, "status", "--json")
        const { summary, tasks } = JSON.parse(stdout)
        assert.equal(summary.device, sim.deviceId)
        assert.deepEqual(
            tasks.map(({ name }: { name: string }) => name),
            ["heartbeat", "network", "late", "demo"]
        )
        const { code } = await fiberctl(sim, "stop", "demo")
        assert.equal(code, 0)
        const shown = await fiberctl(sim, "status", "demo", "--json")
        assert.equal(JSON.parse(shown.stdout).tasks[0].state, "stopped")
    })

    // rows: C2
    test("lists its settings with little heap left", async t => {
        const sim = await startSimulator(t, {
            main: "test/system/programs/little-heap.ts",
        })
        await sim.waitFor("console", ({ text }) => text.includes("] up"))
        assert.ok(sim.consoleLines.includes("held"))
        const { code, stdout, stderr } = await fiberctl(sim, "settings")
        assert.equal(code, 0, stderr)
        assert.match(stdout, /^HOSTNAME .*^REMOTE /ms)
        assert.deepEqual(sim.past("panic"), [])
    })

    // rows: C2 C6
    test("takes one change after the other of a settings file that is full", async t => {
        const sim = await startSimulator(t)
        await sim.waitFor("console", ({ text }) => text.includes("] up"))
        const board = await connect({ state: sim.stateFolder })
        cleanUp(t, () => board.disconnect())
        const keys = Object.keys(TEXTS)
        await board.set(
            Object.fromEntries(keys.map(key => [key, TEXTS[key]![1]]))
        )
        const sizes = keys.map(key => {
            const [a, b] = TEXTS[key]!
            return key.length + Math.max(a.length, b.length) + 2
        })
        let left = FILE_BYTES - sizes.reduce((sum, size) => sum + size, 0)
        for (let i = 0; left > 10; i++) {
            const size = Math.min(190, left - 5)
            await board.set({ [`_F${i}`]: "x".repeat(size) })
            left -= size + 5
        }
        const inForce = async () => {
            const settings = await board.settings()
            return settings.map(({ key, text }) => `${key}=${text}`).join("\n")
        }
        let lost = 0
        for (let i = 0; i < CHANGES; i++) {
            // the order in which they stand in the file, and what is left out, differ
            const chosen = keys.filter((_, at) => (at * 7 + i * 3) % 23 > 2)
            if (i % 2) chosen.reverse()
            const texts = chosen.map(key => [key, TEXTS[key]![i & 1]])
            const before = await inForce()
            try {
                await board.set(Object.fromEntries(texts))
            } catch (error) {
                lost++
                const panic = sim.past("panic").at(-1)
                assert.equal(panic?.code, OUT_OF_MEMORY, String(error))
                await sim.waitFor(
                    "console",
                    ({ at, text }) => at > panic.at && text.includes("] up")
                )
                assert.equal(await inForce(), before)
            }
        }
        assert.ok(lost <= MOST_LOST, `${lost} of ${CHANGES} changes not made`)
        assert.equal(sim.past("panic").length, lost)
    })

    // rows: S4 R5
    test("loses no line by a restart in order, neither on the way nor in the file", async t => {
        const sim = await startSimulator(t, {
            main: "test/system/programs/last-words.ts",
            settings: { FILE_LEVEL: "warning" },
        })
        await sim.waitFor("syslog", ({ line }) => line.endsWith(" line 20"))
        const { code, stderr } = await fiberctl(sim, "reboot")
        assert.equal(code, 0, stderr)
        const lines = sim.past("syslog").map(({ line }) => line)
        const first = lines.filter(line => / chatty 1 /.test(line))
        assert.match(first.at(-1)!, /the last words$/)
        const numbers = first.flatMap(
            line => / line (\d+)$/.exec(line)?.[1] ?? []
        )
        assert.deepEqual(
            numbers,
            numbers.map((_, i) => String(i + 1))
        )
        const { stdout } = await fiberctl(sim, "logs", "--file", "error.log")
        assert.match(stdout, /the last words/)
    })

    // rows: C6
    test("takes settings at once, all or none, and keeps them over a reset", async t => {
        const sim = await startSimulator(t, {
            settings: { LOG_LEVEL: "warning" },
        })
        await sim.waitFor("syslog", ({ line }) => / fiberd-\S+ /.test(line))
        const refused = await fiberctl(
            sim,
            ...["settings", "set", "HOSTNAME=nora", "FLUSH_TIME=never"]
        )
        assert.equal(refused.code, 1)
        assert.match(refused.stderr, /^fiberctl: .*FLUSH_TIME/)
        const set = await fiberctl(
            sim,
            ...["settings", "set", "HOSTNAME=nora", "LOG_LEVEL=debug"]
        )
        assert.equal(set.code, 0, set.stderr)
        // a finer level is in force, and the collector sees the new name
        const finer = /^<134>1 \S+ nora /
        await sim.waitFor("syslog", ({ line }) => finer.test(line), 30_000)
        const devices = await fiberctl(sim, "devices")
        assert.match(devices.stdout, /^\S+ +nora +running/m)

        await sim.restart()
        await sim.waitFor(
            "syslog",
            ({ line }) => / nora /.test(line),
            30_000,
            sim.at
        )
        const { stdout } = await fiberctl(sim, "settings", "--json")
        const origins = Object.fromEntries(
            JSON.parse(stdout).map(
                ({ key, origin }: { key: string; origin: string }) => [
                    key,
                    origin,
                ]
            )
        )
        assert.equal(origins.HOSTNAME, "file")
        assert.equal(origins.LOG_LEVEL, "file")
        assert.equal(origins.SYSLOG_PORT, "build")
        assert.equal(origins.HB_LEVEL, "default")

        // a file, and an editor
        const folder = tempFolder(t)
        const file = join(folder, "board.env")
        writeFileSync(file, "HOSTNAME=cellar\nHB_LEVEL=warning\n")
        const diff = await fiberctl(sim, "settings", "diff", file)
        assert.equal(diff.code, 1)
        assert.match(diff.stdout, /^-HOSTNAME=nora\n\+HOSTNAME=cellar$/m)
        const pushed = await fiberctl(sim, "settings", "push", file, "--json")
        assert.equal(JSON.parse(pushed.stdout).length, 2)
        assert.equal((await fiberctl(sim, "settings", "diff", file)).code, 0)
        const edited = await runCli(
            ["settings", "edit", "--state", sim.stateFolder!],
            { env: { VISUAL: "sed -i s/cellar/attic/" } }
        )
        assert.equal(edited.code, 0, edited.stderr)
        assert.match(edited.stdout, /^HOSTNAME +attic +file$/m)

        await fiberctl(sim, "settings", "unset", "LOG_LEVEL")
        const level = await fiberctl(sim, "settings", "get", "LOG_LEVEL")
        assert.equal(level.stdout, "warning\n")
    })

    // rows: C6
    test("has room for changes of many settings that fill the file", async t => {
        const sim = await startSimulator(t)
        await sim.waitFor("syslog", ({ line }) => / fiberd-\S+ /.test(line))
        // one in eight ran out of heap in pieces
        for (const digit of "12345678") {
            const changes = Array.from(
                { length: MANY_SETTINGS },
                (_, i) => `_KEY${i}=${digit.repeat(18)}`
            )
            const { code, stderr } = await fiberctl(
                sim,
                ...["settings", "set", ...changes]
            )
            assert.equal(code, 0, stderr)
        }
        assert.equal(sim.past("panic").length, 0)
    })

    test("lets nobody change what REMOTE=read protects", async t => {
        const sim = await startSimulator(t, { settings: { REMOTE: "read" } })
        await sim.waitFor("boot")
        const { code, stderr } = await fiberctl(sim, "stop", "demo")
        assert.equal(code, 1)
        assert.match(stderr, /REMOTE=full is wanted/)
        const set = await fiberctl(sim, "settings", "set", "REMOTE=full")
        assert.equal(set.code, 1)
        assert.equal((await fiberctl(sim, "status")).code, 0)
    })

    test("answers nobody with REMOTE=off", async t => {
        const sim = await startSimulator(t, { settings: { REMOTE: "off" } })
        await sim.waitFor("syslog", undefined, 30_000)
        const { code } = await fiberctl(sim, "status")
        assert.equal(code, 4)
    })
})
