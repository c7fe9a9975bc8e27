import type { LogFiles } from "../flashlog"
import type { RingHandler } from "../log"
import { MqttBroker, mqttSession, Publish, SocketArbiter } from "../net"

/** Lines of the ring that are in the heap at a time. */
const LINES_AT_ONCE = 4
/** Longest time that a pipe holds the socket in one go, ms. */
const HOLD_MS = 30000

/** A way from a log to a topic of a broker, and how far it has got. */
export interface LogPipe {
    arbiter: SocketArbiter
    broker: MqttBroker
    topic: string
    /**
     * Of the ring: index of the next line, 0 to begin with. Of the flash log: cursor of the last
     * line that was sent, -1 to begin with. It moves with each line that the broker has.
     */
    position: number
}

/**
 * Sends the lines of the ring that have not been sent, oldest first, and gives the socket back: a
 * task calls it now and then. After an error it continues with the line whose acknowledgement did
 * not come, which may then be there twice.
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
                await send(line)
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
            await send(line.text)
            pipe.position = line.cursor
        })
    })
}

async function inSession(
    { arbiter, broker, topic }: LogPipe,
    body: (send: (text: string) => Promise<void>) => Promise<void>
): Promise<number> {
    let sent = 0
    const session = async (publish: Publish) => {
        await body(async text => {
            await publish(topic, text)
            sent++
        })
    }
    await arbiter.borrow(
        "mqtt",
        async () => {
            await mqttSession(arbiter.socket, broker, session)
        },
        HOLD_MS
    )
    return sent
}
