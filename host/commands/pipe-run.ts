import type { BoardOptions } from "./board.ts"
import { randomBytes } from "node:crypto"
import { connectAsync, type MqttClient } from "mqtt"
import type { Board } from "../client/index.ts"
import { FirmwareError } from "../errors.ts"

/** Options of `fiberctl pipe`. */
export interface PipeOptions extends BoardOptions {
    mqtt: string
    topic: string
    /** Index of the first line of the ring, or cursor of the line before the first of a file. */
    from?: number
    /** End when everything that is there now has been sent. */
    once?: boolean
}

/** What was sent, and where to go on. */
export interface PipeResult {
    sent: number
    next: number
}

/** How long the broker may take to answer the first time, in ms. */
const CONNECT_TIMEOUT_MS = 5000
/** Pause before a lost broker is tried again, in ms. */
const RETRY_MS = 500
/** MQTT's exactly once: a line whose acknowledgement is lost is neither lost nor there twice. */
const EXACTLY_ONCE = 2

/**
 * Sends the lines of the ring from an index on, and each new one: one after the other, so that
 * they arrive in order, each once, over breaks of either connection.
 */
export async function pipeLog(
    board: Board,
    options: PipeOptions
): Promise<PipeResult> {
    const broker = await joinBroker(options.mqtt)
    const result = { sent: 0, next: options.from ?? 0 }
    const stop = () => board.close()
    process.once("SIGINT", stop)
    process.once("SIGTERM", stop)
    try {
        const end = options.once ? (await board.lines(-1)).next : Infinity
        if (result.next >= end) return result
        for await (const { index, text } of board.follow(result.next)) {
            await publish(broker, options.topic, text)
            result.sent++
            result.next = index + 1
            if (result.next >= end) break
        }
    } finally {
        process.off("SIGINT", stop)
        process.off("SIGTERM", stop)
        await broker.endAsync()
    }
    return result
}

/** Sends the lines of a file of the flash log, those after a cursor. */
export async function pipeFile(
    board: Board,
    name: string,
    options: PipeOptions
): Promise<PipeResult> {
    const lines = await board.file(name, options.from)
    const broker = await joinBroker(options.mqtt)
    const result = { sent: 0, next: options.from ?? 0 }
    try {
        for (const { cursor, text } of lines) {
            await publish(broker, options.topic, text)
            result.sent++
            result.next = cursor
        }
    } finally {
        await broker.endAsync()
    }
    return result
}

/** @throws FirmwareError when there is no broker */
async function joinBroker(url: string): Promise<MqttClient> {
    try {
        const client = await connectAsync(
            url,
            {
                clientId: `fiberctl-${randomBytes(6).toString("hex")}`,
                // the broker remembers what it has of a line over a break
                clean: false,
                connectTimeout: CONNECT_TIMEOUT_MS,
                reconnectPeriod: RETRY_MS,
            },
            false
        )
        client.on("offline", () => say("the broker is lost, waiting for it"))
        client.on("connect", () => say("the broker is back"))
        client.on("error", () => {
            // it is tried again
        })
        return client
    } catch (error) {
        throw new FirmwareError(
            `no MQTT broker at "${url}": ${(error as Error).message || "it does not answer"}`
        )
    }
}

async function publish(
    broker: MqttClient,
    topic: string,
    text: string
): Promise<void> {
    await broker.publishAsync(topic, text, { qos: EXACTLY_ONCE })
}

function say(text: string): void {
    console.error(`fiberctl: ${text}`)
}
