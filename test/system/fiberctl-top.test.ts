import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"
import { childPids, startSimulator } from "./harness.ts"
import { Terminal } from "./terminal.ts"

const DOWN = "\x1b[B"
const ESCAPE = "\x1b"

test("fiberctl top is live", async t => {
    const sim = await startSimulator(t, {
        main: "test/system/programs/remote.ts",
    })
    const top = new Terminal(t, ["top", "--state", sim.stateFolder!])
    /** Names of the tasks, from the top down. */
    const names = (screen: string[]) => {
        const head = screen.findIndex(line => line.startsWith("TASK"))
        return screen.slice(head + 1, -1).map(line => line.split(" ")[0]!)
    }

    await t.test("tasks, rates and keys are shown", async () => {
        const screen = await top.untilLine(/^sensor +running/)
        assert.ok(screen[0]!.startsWith(`● test-board ${sim.deviceId}`))
        assert.deepEqual(names(screen), ["broken", "job", "sensor", "stubborn"])
        assert.match(screen.at(-1)!, /s stop\/start .* q quit/)
        assert.ok(top.output.includes("\x1b[?1049h"), "the other screen")
        await top.untilLine(/^log: .*ring \d+\.\d\/s/)
    })

    await t.test("the chosen task is stopped, started, restarted", async () => {
        top.press("s")
        await top.untilLine(/choose a task by the arrow keys first/)
        top.press(DOWN + DOWN + DOWN)
        await top.untilLine(/^sensor .* <$/)
        assert.match(top.output, /\x1b\[1msensor/)
        top.press("s")
        await top.untilLine(/^sensor +stopped/)
        await top.untilLine(/stop sensor: done/)
        top.press("s")
        await top.untilLine(/^sensor +running/)
        top.press("r")
        await top.untilLine(/restart sensor: done/)
        const [task] = (await top.untilLine(/^sensor +running/)).filter(line =>
            line.startsWith("sensor")
        )
        // two starts by hand after the first
        assert.match(task!, /^sensor +running +\S+ \S+ +3 /)
    })

    await t.test("tasks are sorted", async () => {
        top.press("o")
        await top.untilLine(/sorted by state/)
        top.press("o")
        await top.untilLine(/sorted by runs/)
        await top.until(screen => names(screen).at(-1) === "stubborn")
        top.press("o")
        await top.until(screen => names(screen)[0] === "broken")
        top.press("o")
        await top.untilLine(/sorted by name/)
    })

    await t.test("tasks are filtered", async () => {
        top.press("/")
        await top.untilLine(/^filter: $/)
        top.press("sx")
        await top.until(screen => names(screen).length === 0)
        top.press("\x7f")
        await top.until(screen => names(screen).join(" ") === "sensor stubborn")
        top.press("\r")
        await top.untilLine(/^filter: s$/)
        // what is hidden is not stopped
        top.press("/")
        top.press("stub\r")
        await top.until(screen => names(screen).join() === "stubborn")
        top.press("s")
        await top.untilLine(/choose a task by the arrow keys first/)
        top.press("/")
        top.press(ESCAPE)
        await top.until(screen => names(screen).length === 4)
        await top.untilLine(/^sensor +running/)
    })

    await t.test("it follows the size of the terminal", async () => {
        top.resize(30, 7)
        const small = await top.until(screen => screen.length === 7)
        for (const line of small) assert.ok(line.length <= 30, line)
        top.resize(120, 30)
        await top.until(screen => screen[0]!.length > 30)
    })

    await t.test("a lost board is shown until it is back", async () => {
        await sim.kill()
        await top.untilLine(/the board is lost, waiting for it/)
        await sim.restart()
        await top.until(screen => screen[0]!.startsWith("● test-board"))
    })

    await t.test("Ctrl-C ends it, too", async () => {
        const other = new Terminal(t, ["top", "--state", sim.stateFolder!])
        await other.untilLine(/^sensor/)
        other.press("\x03")
        assert.equal(await other.ended, 0)
        assert.ok(other.output.endsWith("\x1b[?1049l"))
    })

    await t.test("a signal gives the terminal back, too", async () => {
        const ends = { SIGTERM: 143, SIGHUP: 129, SIGINT: 130 } as const
        for (const [signal, code] of Object.entries(ends)) {
            const other = new Terminal(t, ["top", "--state", sim.stateFolder!])
            await other.untilLine(/^sensor/)
            other.signal(signal as NodeJS.Signals)
            assert.equal(await other.ended, code)
            assert.ok(other.output.endsWith("\x1b[?25h\x1b[?1049l"), signal)
        }
    })

    await t.test("a terminal that tells no size has 80 columns", async () => {
        const size = { columns: 0, rows: 0 }
        const args = ["top", "--state", sim.stateFolder!]
        const other = new Terminal(t, args, size)
        await other.untilLine(/^sensor +running/)
        other.press("q")
        assert.equal(await other.ended, 0)
        const once = new Terminal(t, [...args, "--once"], size)
        await once.untilOutput(/sensor +running/)
        assert.equal(await once.ended, 0)
    })

    await t.test("q does not wait for a board that hangs", async () => {
        const other = new Terminal(t, ["top", "--state", sim.stateFolder!])
        await other.untilLine(/^sensor/)
        const vms = (await childPids(process.pid)).filter(pid =>
            readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("vm-process")
        )
        assert.equal(vms.length, 1)
        for (const pid of vms) process.kill(pid, "SIGSTOP")
        try {
            await other.untilLine(/the board is lost/)
            other.press("q")
            const at = performance.now()
            assert.equal(await other.ended, 0)
            // the request that waits for it would end after 9 s
            assert.ok(performance.now() - at < 5000)
        } finally {
            for (const pid of vms) process.kill(pid, "SIGCONT")
        }
    })

    await t.test(
        "a dumb terminal gets the tasks once, without commands",
        async () => {
            const args = ["top", "--state", sim.stateFolder!]
            const other = new Terminal(t, args, { env: { TERM: "dumb" } })
            assert.equal(await other.ended, 0)
            assert.match(other.output, /^sensor +running/m)
            assert.ok(!other.output.includes("\x1b"), other.output)
        }
    )

    await t.test("q gives the terminal back", async () => {
        top.press("q")
        assert.equal(await top.ended, 0)
        assert.ok(top.output.endsWith("\x1b[?25h\x1b[?1049l"))
    })
})
