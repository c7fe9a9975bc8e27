import { once } from "node:events"
import { connect, type Socket } from "node:net"
import type { TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { Worker } from "node:worker_threads"

/** A server that listens and then puts its thread to sleep, so that it accepts no connection. */
const SLEEPER = `
const { createServer } = require("node:net")
const { parentPort, workerData } = require("node:worker_threads")
const server = createServer(() => {})
server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    setTimeout(() => Atomics.wait(new Int32Array(workerData), 0, 0), 50)
})
`
/** Time in which a connect to this machine is answered when it is answered at all, ms. */
const ANSWER_MS = 300

/**
 * A port of 127.0.0.1 that neither accepts nor refuses a connect, as an address behind a
 * firewall: its queue of connections is full.
 * @returns the port
 */
export async function silentPort(t: TestContext): Promise<number> {
    const worker = new Worker(SLEEPER, {
        eval: true,
        workerData: new SharedArrayBuffer(4),
    })
    const sockets: Socket[] = []
    t.after(async () => {
        for (const socket of sockets) socket.destroy()
        await worker.terminate()
    })
    const [port] = (await once(worker, "message")) as [number]
    await sleep(100)
    for (let answered = true; answered;) {
        const socket = connect(port, "127.0.0.1").on("error", () => {})
        sockets.push(socket)
        answered = await Promise.race([
            once(socket, "connect").then(() => true),
            sleep(ANSWER_MS, false),
        ])
    }
    return port
}
