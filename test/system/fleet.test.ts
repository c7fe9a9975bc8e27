// rows: B3
import assert from "node:assert/strict"
import test from "node:test"
import { connectAll } from "../../host/client/index.ts"
import { Cli, runCli } from "./harness.ts"
import { startFleet, runFleetFor } from "./fleet-run.ts"

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
    assert.match(several.stderr, /3 boards are on the bus: choose one/)
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

test("no line of a fleet is lost", async t => {
    await runFleetFor(t, 4, 10)
})
