// Hostile packets against the remote service: random and mutated ones from a printed seed, and a
// flood. Run in full by `npm run test:remote`.
import assert from "node:assert/strict"
import type { TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { BLOCK_BYTES, OUT_OF_MEMORY } from "../../bench/lib/probe.ts"
import { programDevice } from "../../host/bus/index.ts"
import { connect } from "../../host/client/index.ts"
import { Link } from "../../host/client/link.ts"
import { tcpWire } from "../../host/client/wire.ts"
import {
    encodeRequest,
    Operation,
    type OperationName,
    REQUEST,
    SERVICE_INDEX,
} from "../../host/client/protocol.ts"
import type { Simulator } from "../../host/sim/index.ts"
import { cleanUp, startSimulator } from "./harness.ts"
import { Random } from "../vectors/random.ts"

const main = "test/system/programs/remote-fuzz.ts"
/** Packets in a row, after which the board is given the bus for a moment. */
const BURST = 20
/** Operations that are left out: their purpose would end the campaign. */
const SPARED: number[] = [Operation.Reboot, Operation.Start]
/** How far two figures of a heap may lie apart, in bytes: what is in use changes from run to run. */
const HEAP_SLACK = 1000

/** Beats for which the board is left alone before its heap is measured. */
const QUIET_BEATS = 3

interface Hostile {
    index: number
    command: number
    payload: Buffer
}

const NAMES = Object.keys(Operation) as OperationName[]
const TEXTS = [
    "idle",
    "*",
    "-1",
    "0",
    "99999999999999999999",
    "1.5",
    "",
    "%",
    "error.log",
    "fd.log00",
    "info",
    "debug@net",
    "[[[[[[",
    "constructor",
    "__proto__",
    ":failed",
    "A=B",
    "\x7f\u00e9€😀",
    "x".repeat(100),
]

function bytes(random: Random): Buffer {
    const length = random.below(237)
    return Buffer.from(Array.from({ length }, () => random.below(256)))
}

/** Makes a packet: a well-formed request with odd arguments, one with a few bytes changed, or noise. */
function hostilePacket(random: Random): Hostile {
    const kind = random.below(4)
    if (kind === 0)
        return {
            index: random.below(64),
            command: random.below(0x10000),
            payload: bytes(random),
        }
    const args = Array.from({ length: random.below(4) }, () =>
        random.pick(TEXTS)
    ).slice(0, 1 + random.below(2))
    const payload = encodeRequest(
        random.below(0x7fffffff),
        random.pick(NAMES),
        args
    )
    if (kind > 1)
        for (let i = random.below(8); i > 0; i--)
            payload[random.below(payload.length)] = random.below(256)
    if (SPARED.includes(payload[4]!)) payload[4] = Operation.Tasks
    return { index: SERVICE_INDEX, command: REQUEST, payload }
}

/** Starts the board, and gives it `packets` hostile packets. */
export async function fuzz(
    t: TestContext,
    packets: number,
    seed: number
): Promise<void> {
    console.log(`seed ${seed}, ${packets} packets`)
    const before = await heapAfter(t, async () => {})
    const after = await heapAfter(t, async (sim, link) => {
        const random = new Random(seed)
        const server = programDevice(sim.deviceId!)
        for (let sent = 0; sent < packets; sent++) {
            const { index, command, payload } = hostilePacket(random)
            link.send(server, index, command, payload)
            if (sent % BURST === 0) await sleep(1)
        }
    })
    console.log(`heap that is left: ${before} bytes, after it ${after}`)
    assert.ok(before - after < HEAP_SLACK, `${before} before, ${after} after`)
}

/** Floods the board with the request that takes it longest. */
export async function flood(t: TestContext, ms: number): Promise<void> {
    const left = await heapAfter(t, async (sim, link) => {
        const server = programDevice(sim.deviceId!)
        const until = Date.now() + ms
        const beats = beatsOf(sim)
        for (let id = 1; Date.now() < until; id++) {
            for (const name of ["Tasks", "Lines", "Stop"] as const)
                link.send(
                    server,
                    SERVICE_INDEX,
                    REQUEST,
                    encodeRequest(id, name, [name === "Lines" ? "0" : "idle"])
                )
            await new Promise(setImmediate)
        }
        // the board has 500 ms for a beat
        const grown = beatsOf(sim) - beats
        assert.ok(grown > ms / 1500, `${grown} beats in ${ms} ms`)
    })
    console.log(`heap that is left after a flood: ${left} bytes`)
}

/** Bytes of heap that a fresh board has left after `work`, during which it must not panic. */
async function heapAfter(
    t: TestContext,
    work: (sim: Simulator, link: Link) => Promise<void>
): Promise<number> {
    const sim = await startSimulator(t, { main })
    await sim.waitFor("console", event => event.text === "beat")
    const bus = `127.0.0.1:${sim.busPort}`
    const link = await Link.join(
        tcpWire(async () => ({ host: "127.0.0.1", port: sim.busPort }))
    )
    cleanUp(t, () => link.close())
    await work(sim, link)
    assert.deepEqual(sim.past("panic"), [])
    assert.equal(sim.past("boot").length, 1)
    const { at } = sim
    await sim.waitFor("console", event => event.text === "beat", 10_000, at)
    const board = await connect({ bus })
    cleanUp(t, () => board.disconnect())
    await board.info()
    // requests that are still being served take heap
    for (let i = 0; i < QUIET_BEATS; i++)
        await sim.waitFor(
            "console",
            event => event.text === "beat",
            10_000,
            sim.at
        )
    await board.setLevels("info debug@eat")
    // the hostile ones may have disabled it
    await board.enable("eat")
    await board.start("eat")
    return heapLeft(sim, at)
}

/** Waits until a program has taken its heap. @returns how much there was, in bytes */
export async function heapLeft(sim: Simulator, since = 0): Promise<number> {
    await sim.waitFor(
        "panic",
        ({ code }) => code === OUT_OF_MEMORY,
        60_000,
        since
    )
    const marks = sim
        .past("console", since)
        .filter(event => event.text === "#").length
    return marks * BLOCK_BYTES
}

function beatsOf(sim: Simulator): number {
    return sim.past("console").filter(event => event.text === "beat").length
}
