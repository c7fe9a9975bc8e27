// rows: B3
import assert from "node:assert/strict"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import test, { describe } from "node:test"
import { connectAll, watchBus } from "../../host/client/index.ts"
import { until } from "../peers/ports.ts"
import { MAIN, runFleetFor, startFleet } from "./fleet-run.ts"
import { Cli, runCli, tempFolder } from "./harness.ts"

test("three boards on one bus are told apart", async t => {
    const fleet = await startFleet(t, 3)
    const state = ["--state", fleet.folder]
    const { stdout } = await runCli(["status", "--all", "--json", ...state])
    const { boards } = JSON.parse(stdout)
    assert.deepEqual(
        boards
            .map(
                ({ summary }: { summary: { hostname: string } }) =>
                    summary.hostname
            )
            .sort(),
        ["board-1", "board-2", "board-3"]
    )
    const devices = fleet.sims.map(sim => sim.deviceId!)
    assert.equal(new Set(devices).size, 3)

    const connection = await connectAll({ state: fleet.folder })
    const [first, second] = connection.boards
    await first!.stop("count")
    assert.equal((await first!.tasks("count"))[0]!.state, "stopped")
    assert.notEqual((await second!.tasks("count"))[0]!.state, "stopped")
    await connection.close()

    const several = await runCli(["level", ...state])
    assert.equal(several.code, 2)
    assert.match(
        several.stderr,
        /3 boards are on the bus: choose one by --device /
    )
    for (const [i, device] of devices.entries())
        assert.ok(several.stderr.includes(`board-${i + 1} (${device})`))
    const one = await runCli(["status", "--device", "board-2", ...state])
    assert.match(one.stdout, /^● board-2 /)

    const logs = await runCli(["logs", "--all", "-o", "json", ...state])
    const lines = logs.stdout
        .trim()
        .split("\n")
        .map(line => JSON.parse(line))
    const times = lines.map(({ at }) => at)
    assert.deepEqual(
        times,
        [...times].sort((a, b) => a - b)
    )
    assert.equal(new Set(lines.map(({ device }) => device)).size, 3)

    // new lines of the boards come by time, too; the first one has been stopped
    const follow = new Cli([
        ...["logs", "--all", "-f", "-n", "0", "-o", "json"],
        ...state,
    ])
    await follow.waitForOutput(/(\n[^\n]*){30}/)
    follow.signal("SIGINT")
    const { stdout: followed } = await follow.done
    const news = followed
        .slice(0, followed.lastIndexOf("\n"))
        .split("\n")
        .map(line => JSON.parse(line) as { at: number; device: string })
    assert.equal(new Set(news.map(({ device }) => device)).size, 2)
    const late = news.filter(({ at }, i) => i > 0 && at < news[i - 1]!.at)
    // one that the bus brings after the wait for it cannot be put before what was shown
    assert.ok(
        late.length < news.length / 10,
        `${late.length} of ${news.length}`
    )
})

test("a board that does not answer hides no other", async t => {
    const fleet = await startFleet(t, 3)
    const [first, dead, last] = fleet.sims.map(sim => sim.deviceId!)
    await fleet.sims[1]!.kill()
    const run = async (...words: string[]) => {
        const cli = await runCli([...words, "--state", fleet.folder])
        assert.equal(cli.code, 4, cli.stderr)
        const problem = `^fiberctl: ${dead}: the board did not answer .*\\n$`
        assert.match(cli.stderr, new RegExp(problem))
        return cli.stdout
    }
    const [devices, status, metrics, logs] = await Promise.all([
        run("devices", "--json"),
        run("status", "--all"),
        run("metrics"),
        run("logs", "--all", "-o", "json"),
    ])
    assert.deepEqual(
        (JSON.parse(devices!) as { device: string }[]).map(
            ({ device }) => device
        ),
        [first, last]
    )
    assert.match(status!, /^● board-1 [^]*^● board-3 /m)
    for (const text of [metrics!, logs!])
        for (const device of [first!, last!]) assert.ok(text.includes(device))
})

test("--device names one board, and is never a guess", async t => {
    const folder = tempFolder(t)
    const ids = ["a1f0000000000001", "a1f0000000000002", "b2f0000000000003"]
    for (const [i, id] of ids.entries()) {
        mkdirSync(join(folder, `board-${i + 1}`))
        writeFileSync(join(folder, `board-${i + 1}`, "device-id"), id)
    }
    await startFleet(t, 3, { state: folder })
    const devices = async (...words: string[]) => {
        const args = ["devices", "--json", "--state", folder]
        const { code, stdout, stderr } = await runCli([...args, ...words])
        if (code !== 0) return `${code}: ${stderr.trim()}`
        const boards = JSON.parse(stdout) as { device: string }[]
        return boards.map(({ device }) => device).join()
    }
    const two = `${ids[0]}, ${ids[1]}`
    assert.deepEqual(
        await Promise.all([
            devices("--device", "B2"),
            devices("--device", ids[1]!),
            devices("--device", "board-2"),
            devices("--device", "a1f"),
            devices("--device", "board"),
            devices("--device", ""),
        ]),
        [
            ids[2],
            ids[1],
            ids[1],
            `3: fiberctl: several boards are "a1f": choose by --device ${two}`,
            `3: fiberctl: no device "board"; there are: ${ids.join(", ")}`,
            "2: fiberctl: option '--device <id>' argument '' is invalid. a value is wanted.",
        ]
    )

    const found: string[] = []
    const bus = await watchBus({ state: folder, device: "board-3" }, board =>
        found.push(board.device)
    )
    await until("the board of that name", () => found.length > 0, 60_000)
    await bus.close()
    assert.deepEqual(found, [ids[2]])
})

test("no line of a fleet is lost", async t => {
    await runFleetFor(t, 4, 10)
})

// rows: A2
describe("fiberctl sim --count", { concurrency: 2 }, () => {
    const sim = (state: string, ...options: string[]) => [
        ...["sim", "--main", MAIN, "--count", "2", "--state", state],
        ...options,
    ]

    test("prints the lines of each board, and what the run came to", async t => {
        const run = await runCli(sim(tempFolder(t), "--for", "3"))
        assert.equal(run.code, 0, run.stderr)
        for (const host of ["board-1", "board-2"])
            assert.match(
                run.stdout,
                new RegExp(
                    `^ +\\d+\\.\\d\\d  ${host} ⏻ board [0-9a-f]{16} runs`,
                    "m"
                )
            )
        assert.match(run.stdout, /^2 boards run after .*states lie in /m)
        assert.match(
            run.stdout,
            /^3 s are over: 2 boards, 3\.\d s, \d+ lines \(.*\/s, 0 errors\), 0 panics, [1-9]\d* messages at the collector \([1-9]\d*\.\d\/s, 0 missing\), \d+ flash writes?, [1-9]\d* MB of memory a board\n$/m
        )
    })

    test("--json: events with their hostname, and a summary", async t => {
        const run = await runCli(sim(tempFolder(t), "--for", "3", "--json"))
        assert.equal(run.code, 0, run.stderr)
        const lines = run.stdout
            .trim()
            .split("\n")
            .map(line => JSON.parse(line))
        const summary = lines.pop()
        assert.equal(summary.event, "summary")
        assert.equal(summary.boards, 2)
        assert.equal(summary.boots, 2)
        assert.equal(summary.panics, 0)
        assert.equal(summary.missing, 0)
        assert.ok(summary.messagesPerSecond > 1, JSON.stringify(summary))
        assert.ok(summary.memory > 30e6, `${summary.memory} bytes`)
        const messages = lines.filter(({ event }) => event === "syslog")
        assert.equal(messages.length, summary.messages)
        for (const kind of ["boot", "syslog", "end"])
            assert.deepEqual(
                [
                    ...new Set(
                        lines
                            .filter(({ event }) => event === kind)
                            .map(({ hostname }) => hostname)
                    ),
                ].sort(),
                ["board-1", "board-2"],
                kind
            )
    })

    test("--quiet: the exit code is all", async t => {
        const options = ["--quiet", "--web", "0", "--timeout", "1"]
        const late = await runCli(
            sim(tempFolder(t), ...options, "--expect", "never")
        )
        assert.equal(late.stdout, "")
        assert.match(late.stderr, /not seen within 1 s: never\n$/)
        assert.equal(late.code, 4)
        const cli = new Cli(sim(tempFolder(t), "--quiet", "--web", "0"))
        await cli.waitForError(/console at/)
        cli.signal("SIGTERM")
        const ended = await cli.done
        assert.equal(ended.stdout, "")
        assert.equal(ended.code, 143)
    })

    test("what is for one board is refused", async () => {
        for (const [option, ...words] of [
            ["--watch"],
            ["--scenario", "x.yaml"],
            ["--image", "x.bin"],
        ]) {
            const { code, stderr } = await runCli(sim("x", option!, ...words))
            assert.equal(code, 2)
            assert.equal(
                stderr,
                `fiberctl: ${option} is for one board, not for --count\n`
            )
        }
        const many = await runCli(["sim", "--count", "65"])
        assert.equal(many.code, 2)
        assert.match(many.stderr, /at most 64/)
    })
})

// rows: B3
test("what a board of a fleet shows ends the run", async t => {
    const panics = ["--main", "test/system/programs/panics.ts"]
    const run = await runCli([
        ...["sim", ...panics, "--count", "2", "--state", tempFolder(t)],
        ...["--fail-on", "panic"],
    ])
    assert.equal(run.code, 1)
    assert.match(run.stderr, /^fiberctl: panic \d+/)
    assert.match(run.stdout, /board-\d ✗ PANIC /)
})
