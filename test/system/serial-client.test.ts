// rows: A2
import assert from "node:assert/strict"
import test from "node:test"
import { connect } from "../../host/client/index.ts"
import { Cli, cleanUp, runCli, startSimulator } from "./harness.ts"
import { SerialBus } from "./serial-bus.ts"

const main = "test/system/programs/remote.ts"

test("a board over USB is asked, lost and found again", async t => {
    const sim = await startSimulator(t, { main })
    const serial = SerialBus.make(t, sim)
    const port = ["--serial", serial.path]

    await t.test("without a board it is exit code 3", async () => {
        const none = await runCli(["status", ...port])
        assert.equal(none.code, 3)
        assert.match(none.stderr, /^fiberctl: there is no serial port ".*port"/)
    })

    await t.test("the console waits for it", async () => {
        const cli = new Cli(["web", "--port", "0", ...port])
        await cli.waitForOutput(/^http/)
        cli.signal("SIGTERM")
        const { code, stderr } = await cli.done
        assert.equal(code, 0)
        assert.match(
            stderr,
            /^fiberctl: .* is the board plugged in\?\nfiberctl: waiting for it\n$/
        )
    })

    await serial.plugIn()
    await t.test("one that does not answer is exit code 3, too", async () => {
        serial.isMute = true
        const { code, stderr } = await runCli(["level", ...port])
        assert.equal(code, 3)
        assert.match(stderr, /no board answers at serial port/)
        serial.isMute = false
    })

    await t.test("it is asked beside its log and noise", async () => {
        serial.say(Buffer.from([0xfe, 0xfc, 1, 2, 3, 0xfe, 0xfd, 0xfe]))
        const { code, stdout, stderr } = await runCli([
            ...["status", "--json", ...port],
        ])
        assert.equal(code, 0, stderr)
        const { summary, tasks } = JSON.parse(stdout)
        assert.equal(summary.device, sim.deviceId)
        assert.equal(tasks.length, 4)
    })

    await t.test("frames with quoted bytes pass both ways", async () => {
        const board = await connect({ serial: serial.path })
        // the quoting byte within a text of many, and within numbers of requests
        const text = "0123456789".repeat(35)
        await board.offer(Buffer.from(text))
        assert.deepEqual(await board.config(), {
            state: "active",
            config: text,
        })
        for (let i = 0; i < 300; i++) await board.levels()
        await board.disconnect()
    })

    await t.test("it is lost, and found again", async () => {
        const cli = new Cli(["logs", "-f", ...port])
        cleanUp(t, () => cli.signal("SIGKILL"))
        await cli.waitForOutput(/measured/)
        await serial.unplug()
        await cli.waitForError(/the connection is lost, waiting for it/)
        await serial.plugIn()
        await cli.waitForError(/the connection is back/)
        const before = cli.stdout.length
        await cli.waitForOutput(new RegExp(`^[^]{${before},}measured`))
        // a reset of the board leaves the port open
        serial.reset()
        const after = cli.stdout.length
        await cli.waitForOutput(new RegExp(`^[^]{${after},}measured`))
        cli.signal("SIGINT")
        const { stderr } = await cli.done
        assert.equal(stderr.match(/the connection is lost/g)!.length, 1)
    })
})
