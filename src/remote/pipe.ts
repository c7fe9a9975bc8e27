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

/** Most lines of the ring that are in the heap at a time. */
const LINES_AT_ONCE = 4
/** Longest time that a pipe holds the socket in one call, ms. */
const HOLD_MS = 30000

/** The last line that was published, and the state of its delivery. */
export interface UnderWay {
    delivery: Delivery
    /** Its index or cursor; undefined before the first one. */
    line?: number
}

/**
 * Sends a log to a topic of an MQTT broker, and knows how far it has got. Each pipe needs a client id
 * of its own, by which the broker keeps open deliveries.
 */
export interface LogPipe {
    arbiter: SocketArbiter
    broker: MqttBroker
    topic: string
    /**
     * For the ring: index of the next line to send, 0 at first. For the flash log: cursor of the last
     * line that was sent, -1 at first. It advances with each line that the broker has confirmed.
     */
    position: number
    /** Set by `pipeLog` and `pipeFile`; leave it out. */
    underWay?: UnderWay
}

/**
 * Sends the lines of the ring that have not been sent yet, oldest first, and gives the socket back.
 * A task calls it now and then. Each line arrives once and in order (QoS 2), also after an error, if
 * it is called again with the same pipe and the broker has kept the session. If the broker has lost
 * the session, the line that was under way may arrive twice. Lines that the ring has overwritten
 * are not sent. One call may take 30 s at most.
 *
 *     const pipe = { arbiter, broker: { host, clientId }, topic: "boards/1/log", position: 0 }
 *     tasks.add("pipe", () => pipeLog(pipe, ring), { every: 60000 })
 *
 * @returns number of lines sent
 * @throws an error of name MQTT_ERROR, ArbiterError or SocketError
 */
export async function pipeLog(
    pipe: LogPipe,
    ring: RingHandler
): Promise<number> {
    return await inSession(pipe, async send => {
        // lines logged meanwhile are left for the next call
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
            // another line than the one under way: that one has been overwritten
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
