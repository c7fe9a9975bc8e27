import type { LogFiles } from "../flashlog"
import type { RingHandler } from "../log"
import {
    Delivery,
    MqttBroker,
    mqttSession,
    newDelivery,
    Publish,
    SocketArbiter,
} from "../net"

/** Lines of the ring that are in the heap at a time. */
const LINES_AT_ONCE = 4
/** Longest time that a pipe holds the socket in one go, ms. */
const HOLD_MS = 30000

/** The line whose delivery a cut has left open. */
export interface UnderWay {
    delivery: Delivery
    /** Its index or cursor; undefined while no delivery is open. */
    line?: number
}

/**
 * A way from a log to a topic of a broker, and how far it has got. The broker knows it by its
 * client id, of which each pipe needs one of its own.
 */
export interface LogPipe {
    arbiter: SocketArbiter
    broker: MqttBroker
    topic: string
    /**
     * Of the ring: index of the next line, 0 to begin with. Of the flash log: cursor of the last
     * line that was sent, -1 to begin with. It moves with each line that the broker has.
     */
    position: number
    /** Kept by the pipe itself. */
    underWay?: UnderWay
}

/**
 * Sends the lines of the ring that have not been sent, oldest first, and gives the socket back: a
 * task calls it now and then. Each line arrives once and in order, also after an error, when it is
 * called again with the same pipe and the broker has kept its session (QoS 2); a broker that has
 * forgotten it may get the line again that was under way.
 *
 *     const pipe = { arbiter, broker: { host, clientId }, topic: "boards/1/log", position: 0 }
 *     tasks.add("pipe", () => pipeLog(pipe, ring), { every: 60000 })
 *
 * @returns lines sent
 * @throws an error of name MQTT_ERROR or ArbiterError
 */
export async function pipeLog(
    pipe: LogPipe,
    ring: RingHandler
): Promise<number> {
    return await inSession(pipe, async send => {
        // what is logged meanwhile is for the next time
        const end = ring.next()
        if (pipe.position > end) pipe.position = 0
        while (pipe.position < end) {
            const part = ring.since(pipe.position, LINES_AT_ONCE)
            if (!part.lines.length) return
            pipe.position = part.from
            for (const line of part.lines) {
                await send(pipe.position, line)
                pipe.position++
            }
        }
    })
}

/** Like `pipeLog`, for the files of the flash log. */
export async function pipeFile(
    pipe: LogPipe,
    files: LogFiles
): Promise<number> {
    return await inSession(pipe, async send => {
        await files.since(pipe.position, async line => {
            await send(line.cursor, line.text)
            pipe.position = line.cursor
        })
    })
}

async function inSession(
    pipe: LogPipe,
    body: (send: (line: number, text: string) => Promise<void>) => Promise<void>
): Promise<number> {
    const { arbiter, broker, topic } = pipe
    if (!pipe.underWay) pipe.underWay = { delivery: newDelivery() }
    const { underWay } = pipe
    let sent = 0
    const session = async (publish: Publish) => {
        await body(async (line, text) => {
            // the one that was under way has been overwritten
            if (underWay.line !== line) await publish(topic)
            underWay.line = line
            await publish(topic, text)
            sent++
        })
    }
    await arbiter.borrow(
        "mqtt",
        async () => {
            await mqttSession(
                arbiter.socket,
                broker,
                session,
                underWay.delivery
            )
        },
        HOLD_MS
    )
    return sent
}
