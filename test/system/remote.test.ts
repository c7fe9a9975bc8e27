// rows: A1
import assert from "node:assert/strict"
import test from "node:test"
import { connect, connectAll } from "../../host/client/index.ts"
import { cleanUp, startSimulator } from "./harness.ts"

const main = "test/system/programs/remote.ts"

test("a client asks and controls a board", async t => {
    const sim = await startSimulator(t, { main })
    const board = await connect({ bus: `127.0.0.1:${sim.busPort}` })
    cleanUp(t, () => board.disconnect())
    assert.equal(board.device, sim.deviceId)

    await t.test("it tells its state as data", async () => {
        const info = await board.info()
        assert.equal(info.hostname, "test-board")
        assert.equal(info.device, sim.deviceId)
        assert.equal(info.access, 2)
        assert.equal(info.boot, 1)
        assert.equal(info.safe, false)

        const tasks = await board.tasks()
        assert.deepEqual(
            tasks.map(task => task.name),
            ["sensor", "job", "broken", "stubborn"]
        )
        const [sensor, job, broken] = tasks
        assert.equal(sensor!.state, "running")
        assert.equal(sensor!.runs, 1)
        assert.equal(job!.state, "scheduled")
        assert.equal(job!.result, "Küche")
        assert.equal(broken!.state, "failed")
        assert.equal(broken!.error?.message, "the cable is loose")
        assert.match(broken!.error?.stack ?? "", /^([0-9a-f]{4})+$/)
    })

    await t.test("patterns choose, each task once", async () => {
        const tasks = await board.tasks("se*", "sensor", "broken")
        assert.deepEqual(
            tasks.map(task => task.name),
            ["sensor", "broken"]
        )
        assert.equal((await board.stats("job"))[0]!.name, "job")
    })

    await t.test("an unknown task is refused with near names", async () => {
        await assert.rejects(board.start("sensr"), {
            name: "UnknownTaskError",
            exitCode: 3,
            message: /"sensr".*sensor/,
        })
    })

    await t.test("it stops, starts and restarts tasks", async () => {
        await board.stop("sensor")
        assert.equal((await board.tasks("sensor"))[0]!.state, "stopped")
        await board.start("sensor")
        const [started] = await board.tasks("sensor")
        assert.equal(started!.state, "running")
        await board.restart("sensor")
        assert.equal((await board.tasks("sensor"))[0]!.runs, started!.runs + 1)
    })

    await t.test("it gives the lines of ring and files", async () => {
        const { lines, next } = await board.lines()
        assert.match(lines[0]!.text, /^\d+\.\d+ \[NOTICE\] \[tasks\] boot 1/)
        assert.deepEqual(
            lines.map(line => line.index),
            lines.map((_, i) => i)
        )
        const last = await board.lines(-1)
        assert.equal(last.lines.length, 1)
        assert.ok(last.lines[0]!.index >= next - 1)

        const [file] = await board.files()
        assert.equal(file!.name, "error.log")
        const [line] = await board.file("error.log")
        assert.match(line!.text, /\[broken\.service\] failed: Error/)
        assert.equal(line!.level, 3)
        assert.deepEqual(await board.file("error.log", line!.cursor), [])
    })

    await t.test("levels are set, and a bad one changes nothing", async () => {
        await board.setLevels("info debug@net")
        assert.equal((await board.levels()).spec, "info debug@net")
        await assert.rejects(board.setLevels("loud"), /"loud" is no level/)
        assert.equal((await board.levels()).spec, "info debug@net")
        await board.setLevels("info")
    })

    await t.test("handlers come with their accounts", async () => {
        const handlers = await board.handlers()
        const ring = handlers.find(handler => handler.name === "ring")
        assert.ok(ring!.account.received > 0)
        assert.equal(ring!.state, "running")
    })

    await t.test("it takes the time", async () => {
        const before = Date.now()
        await board.setTime(before)
        const { wall } = await board.info()
        assert.ok(Math.abs(wall! - before) < 5000, `${wall}`)
    })

    await t.test("settings are listed and changed", async () => {
        await board.set({ COLOUR: "blue" })
        assert.deepEqual(await board.settings(), [
            { key: "COLOUR", text: "blue", origin: "file" },
            { key: "WIFI_PWD", text: "***", origin: "file" },
        ])
        await board.set({ COLOUR: undefined })
        assert.equal((await board.settings())[0]!.text, "red")
        await assert.rejects(board.set({ COLOR: "x" }), /no such setting/)
        // an error is cut off so that it fits into one report
        await assert.rejects(
            board.set({ ["\u00fc".repeat(60)]: "x" }),
            /^Error: \u00fc+\.\.\.$/
        )
    })

    await t.test("a configuration comes in parts", async () => {
        const file = "0123456789".repeat(35)
        await board.offer(Buffer.from(file))
        assert.deepEqual(await board.config(), {
            state: "active",
            config: file,
        })
    })

    await t.test("it goes into safe mode and out of it", async () => {
        await board.safeMode(true)
        assert.equal((await board.info()).state, "maintenance")
        assert.equal((await board.tasks("sensor"))[0]!.state, "stopped")
        await board.safeMode(false)
        assert.equal((await board.info()).state, "degraded")
        assert.equal((await board.tasks(":failed"))[0]!.name, "broken")
    })

    await t.test("a request that waits holds up no other", async () => {
        await board.start("stubborn")
        const stopped = board.stop("stubborn")
        let isStopped = false
        void stopped.then(() => (isStopped = true))
        assert.equal((await board.tasks("stubborn"))[0]!.state, "stopping")
        assert.equal(isStopped, false)
        await stopped
    })

    await t.test("clients that go away leave nothing behind", async () => {
        const bus = `127.0.0.1:${sim.busPort}`
        const clients = await Promise.all(
            Array.from({ length: 4 }, () => connect({ bus }))
        )
        await board.start("stubborn")
        const stops = clients.map(client => client.stop("stubborn"))
        const ends = stops.map(stop =>
            assert.rejects(stop, { name: "TimedOutError" })
        )
        // the board has the requests before their clients are gone
        while ((await board.tasks("stubborn"))[0]!.state !== "stopping")
            await board.levels()
        for (const client of clients) await client.disconnect()
        await Promise.all(ends)
        // the board serves 4 that wait at a time: these have ended
        while ((await board.tasks("stubborn"))[0]!.state !== "stopped")
            await board.levels()
        for (let i = 0; i < 5; i++) {
            await board.start("sensor")
            await board.stop("sensor")
        }
        await board.start("sensor")
    })

    await t.test("lines are followed, each once and in order", async () => {
        const seen: number[] = []
        for await (const line of board.follow()) {
            seen.push(line.index)
            if (seen.length === 8) break
        }
        assert.deepEqual(
            seen,
            seen.map((_, i) => seen[0]! + i)
        )
    })

    await t.test("a task that goes meanwhile fails no list", async () => {
        await board.set({ COLOUR: "guests" })
        for (let i = 0; i < 20; i++) {
            const tasks = await board.tasks()
            const stats = await board.stats()
            assert.equal(tasks[4]!.name, "host")
            assert.equal(stats[4]!.name, "host")
            assert.ok((await board.options()).length >= 5)
        }
    })

    await t.test("a change that ends the program is sent once", async () => {
        const change = { COLOUR: "hang".repeat(40), WIFI_PWD: "x".repeat(150) }
        await assert.rejects(board.set(change), { name: "RestartError" })
        assert.equal(sim.past("panic").length, 1)
    })
})

test("a board that is read-only refuses changes", async t => {
    const sim = await startSimulator(t, {
        main: "test/system/programs/remote-read.ts",
    })
    const board = await connect({ bus: `127.0.0.1:${sim.busPort}` })
    cleanUp(t, () => board.disconnect())
    assert.equal((await board.info()).access, 1)
    assert.equal((await board.tasks()).length, 1)
    await assert.rejects(board.settings(), { name: "UnsupportedError" })
    await assert.rejects(board.files(), { name: "UnsupportedError" })
    await assert.rejects(board.config(), {
        message: "this firmware has no updates over the air",
    })
    for (const change of [
        () => board.stop("idle"),
        () => board.setLevels("debug"),
        () => board.setTime(0),
        () => board.reboot(),
    ])
        await assert.rejects(change(), { name: "AccessError" })
    assert.equal((await board.tasks())[0]!.state, "running")
})

test("a simulator is found by its state folder", async t => {
    const sim = await startSimulator(t, { main })
    const state = sim.stateFolder
    const connection = await connectAll({ state })
    assert.equal(connection.boards[0]!.device, sim.deviceId)
    assert.equal(connection.simulator?.main, main)
    await connection.close()

    await assert.rejects(connectAll({ state, device: "ffff" }), {
        name: "NoBoardError",
        message: /no device "ffff"; there are: [0-9a-f]{16}/,
    })
    const named = await connectAll({ state, device: "test-board" })
    assert.equal(named.boards.length, 1)
    await named.close()

    await sim.stop()
    await assert.rejects(connectAll({ state }), /no simulator runs/)
})
