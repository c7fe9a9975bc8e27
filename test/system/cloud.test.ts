// rows: O1 O5
import assert from "node:assert/strict"
import { createServer } from "node:http"
import test, { type TestContext } from "node:test"
import {
    addServer,
    CloudAdapterCmd,
    CloudAdapterEvent,
    CloudAdapterReg,
    type JDRegisterServer,
    JDServiceServer,
    SRV_CLOUD_ADAPTER,
} from "jacdac-ts"
import { signFile } from "../../host/ota/index.ts"
import { parseHmacKey } from "../../host/ota/keys.ts"
import { until, untilNextLook } from "../peers/ports.ts"
import { joinBus } from "./bus-member.ts"
import { serve, startSimulator } from "./harness.ts"

const KEY = "5a".repeat(32)
const PATIENCE_MS = 60_000
/** Most bytes of a packet. */
const PACKET_BYTES = 236
const PART_BYTES = 150

/** A cloud adapter on the bus of a board, which may have no connection to its cloud. */
class CloudAdapter extends JDServiceServer {
    /** What the board has uploaded. */
    readonly uploads: Buffer[] = []
    private readonly connected: JDRegisterServer<[boolean]>

    private constructor() {
        super(SRV_CLOUD_ADAPTER)
        const { Connected } = CloudAdapterReg
        this.connected = this.addRegister<[boolean]>(Connected, [false])
        this.addCommand(
            CloudAdapterCmd.UploadJson,
            ({ data }) => void this.uploads.push(Buffer.from(data))
        )
    }

    /** Puts one on the bus of a board. */
    static async join(t: TestContext, port: number): Promise<CloudAdapter> {
        const adapter = new CloudAdapter()
        addServer(await joinBus(t, port), "adapter", adapter)
        return adapter
    }

    /** Connects it to its cloud. */
    goOnline(): void {
        this.connected.setValues([true])
    }

    /** Sends a message of the cloud to the board. */
    async sendJson(message: object): Promise<void> {
        const bytes = Buffer.from(`ota\0${JSON.stringify(message)}`)
        await this.sendEvent(CloudAdapterEvent.OnJson, bytes)
    }

    /** The last report of the board. @throws when it is no JSON */
    get report(): { version: number; state: string; reason: string } {
        const [topic, json] = this.uploads.at(-1)!.toString().split("\0")
        assert.equal(topic, "ota")
        return JSON.parse(json!)
    }
}

async function signed(version: number, text: string): Promise<Buffer> {
    const { bytes } = await signFile({
        text: Buffer.from(text),
        name: "a.env",
        version,
        target: { share: 100 },
        keys: [{ kind: "hmac", file: "key", key: parseHmacKey(KEY)! }],
    })
    return bytes
}

test("a cloud adapter gets the reports once it is connected, and brings files", async t => {
    const wrong = await signed(1, "SITE=nowhere\n")
    const port = await serve(
        t,
        createServer((_, response) => void response.end(wrong))
    )
    const sim = await startSimulator(t, {
        main: "test/system/programs/cloud-updates.ts",
        settings: {
            OTA_KEY: KEY,
            OTA_URL: `http://127.0.0.1:${port}/a.ota`,
            OTA_POLL: "5s",
        },
    })
    const cloud = await CloudAdapter.join(t, sim.busPort)
    const seen = (pattern: RegExp) =>
        sim.waitFor("console", ({ text }) => pattern.test(text), PATIENCE_MS)
    await seen(/config 0: refused/)
    assert.equal(cloud.uploads.length, 0, "a report that the adapter drops")

    cloud.goOnline()
    await until("a report", () => cloud.uploads.length > 0, PATIENCE_MS)
    assert.ok(cloud.uploads[0]!.length <= PACKET_BYTES)
    assert.equal(cloud.report.state, "refused")
    assert.match(cloud.report.reason, /^version 1: SITE \(line 1\): wanted /)

    const file = (await signed(2, "SITE=attic\n# up there\n")).toString()
    const parts: object[] = []
    for (let o = 0; o < file.length; o += PART_BYTES) {
        const d = file.slice(o, o + PART_BYTES)
        parts.push({ v: 2, o, t: file.length, d })
    }
    // the first one last; the cloud repeats them until the board has them
    parts.push(parts.shift()!)
    let isTaken = false
    const probation = seen(/config 2: probation/).then(() => (isTaken = true))
    while (!isTaken) {
        for (const part of parts) await cloud.sendJson(part)
        await Promise.race([probation, untilNextLook()])
    }
    await until(
        () => `a report of version 2: ${cloud.uploads.at(-1)}`,
        () => cloud.report.version === 2,
        PATIENCE_MS
    )
    assert.equal(cloud.report.state, "probation")
    assert.deepEqual(sim.past("panic"), [])
})
