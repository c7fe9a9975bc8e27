// rows: A1
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"
import {
    loadServiceSpecifications,
    Packet,
    PACKET_PROCESS,
    REPORT_RECEIVE,
} from "jacdac-ts"
import { programDevice } from "../../host/bus/index.ts"
import { until } from "../peers/ports.ts"
import { joinBus } from "./bus-member.ts"
import { startSimulator } from "./harness.ts"

/** Asks for a register that no specification has; the report that refuses it (Jacdac protocol). */
const GET_UNKNOWN = 0x1000 | 0x1a5
const NOT_IMPLEMENTED = 3
/** Numbers of the specification. */
const REQUEST = 0x80
const LEVELS = 7
const END = 1

/**
 * Asks until there is an answer. A bus may lose a packet, and a busy board drops packets beyond
 * those that it serves at a time, so tools repeat their requests.
 */
async function ask(
    what: string,
    send: () => Promise<void>,
    isAnswered: () => boolean
): Promise<void> {
    const repeated = setInterval(() => void send(), 500)
    try {
        await send()
        await until(what, isAnswered, 30_000)
    } finally {
        clearInterval(repeated)
    }
}

test("a tool that knows Jacdac, and the specification, sees a service like any other", async t => {
    const sim = await startSimulator(t, {
        main: "test/system/programs/remote.ts",
    })
    const specs = JSON.parse(
        readFileSync(".devicescript/services.json", "utf8")
    ) as Parameters<typeof loadServiceSpecifications>[0]
    const spec = specs.find(({ shortId }) => shortId === "fiberd")!
    loadServiceSpecifications([spec])
    const bus = await joinBus(t, sim.busPort)
    const find = () => bus.services({ serviceClass: spec.classIdentifier })[0]
    await until("the service", () => find() !== undefined, 30_000)
    const service = find()!
    assert.equal(service.device.deviceId, programDevice(sim.deviceId!))
    assert.equal(service.specification?.name, "Fiberd")

    await t.test("its registers are read, and unpacked", async () => {
        for (const [name, value] of [
            ["version", 1],
            ["access", 2],
        ] as const) {
            const register = service.registers().find(r => r.name === name)!
            await ask(
                name,
                () => register.sendGetAsync(),
                () => register.unpackedValue !== undefined
            )
            assert.deepEqual(register.unpackedValue, [value])
        }
    })

    await t.test("what it does not have is said to be so", async () => {
        const answers: Packet[] = []
        bus.on(PACKET_PROCESS, (packet: Packet) => {
            if (packet.device === service.device && packet.isReport)
                answers.push(packet)
        })
        await ask(
            "the refusal",
            () => service.sendPacketAsync(Packet.onlyHeader(GET_UNKNOWN)),
            () =>
                answers.some(
                    ({ serviceCommand, data }) =>
                        serviceCommand === NOT_IMPLEMENTED &&
                        Buffer.from(data).readUInt16LE(0) === GET_UNKNOWN
                )
        )
    })

    await t.test("a request is answered by a report", async () => {
        const reports: Packet[] = []
        service.on(REPORT_RECEIVE, (packet: Packet) => reports.push(packet))
        await ask(
            "the report",
            () => service.sendCmdPackedAsync(REQUEST, [77, LEVELS, []]),
            () => reports.some(packet => packet.serviceCommand === REQUEST)
        )
        const report = reports.find(
            packet => packet.serviceCommand === REQUEST
        )!
        const [id, index, kind, data] = report.jdunpack("u32 u16 u8 b") as [
            number,
            number,
            number,
            Uint8Array,
        ]
        assert.deepEqual([id, index, kind], [77, 0, END])
        assert.match(Buffer.from(data).toString(), /^\{"spec":"info"\}/)
    })
})
