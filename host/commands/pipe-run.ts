import type { BoardOptions } from "./board.ts"
import { randomBytes } from "node:crypto"
import { connectAsync, type MqttClient, type Packet } from "mqtt"
import type { Board } from "../client/index.ts"
import { FirmwareError } from "../errors.ts"
import { complain } from "../output.ts"
import { onEndSignal } from "./signals.ts"

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
/** How long the line in flight is waited for when the command is to end, in ms. */
const LAST_LINE_MS = 1000
/** MQTT's exactly once: a line whose acknowledgement is lost is neither lost nor there twice. */
const EXACTLY_ONCE = 2
/** Connections in a row that the broker ends soon after it was sent one line: it refuses it. */
const MAX_TRIES = 5
/** What counts as soon, in ms. */
const SOON_MS = 2000

/** Hands one line over; the result goes on to `next` when the broker has it. */
type Send = (text: string, next: number) => Promise<void>

/**
 * Sends the lines of the ring from an index on, and each new one: one after the other, so that
 * they arrive in order, each once, over breaks of either connection.
 */
export async function pipeLog(
    board: Board,
    options: PipeOptions
): Promise<PipeResult> {
    return withBroker(board, options, async (send, result) => {
        const end = options.once ? (await board.lines(-1)).next : Infinity
        if (result.next > end) result.next = restarted()
        if (result.next === end) return
        board.on("lost", () => complain("the board is lost, waiting for it"))
        board.on("back", () => complain("the board is back"))
        const lines = board.follow({
            from: result.next,
            gap: overwritten,
            restarted,
        })
        for await (const { index, text } of lines) {
            await send(text, index + 1)
            if (result.next >= end) break
        }
    })
}

/** Sends the lines of a file of the flash log, those after a cursor. */
export async function pipeFile(
    board: Board,
    name: string,
    options: PipeOptions
): Promise<PipeResult> {
    const lines = await board.file(name, options.from)
    return withBroker(board, options, async send => {
        for (const { cursor, text } of lines) await send(text, cursor)
    })
}

function restarted(): number {
    complain("the board has started again: its log begins with its first line")
    return 0
}

function overwritten(count: number): void {
    complain(`${count} lines were overwritten before they could be sent`)
}

/**
 * Joins the broker, sends, and leaves it. A signal ends it: the line in flight is waited for, but not
 * longer than LAST_LINE_MS.
 * @returns what the broker has for certain; after an error it is printed
 */
async function withBroker(
    board: Board,
    { mqtt, topic, from = 0 }: PipeOptions,
    use: (send: Send, result: PipeResult) => Promise<void>
): Promise<PipeResult> {
    const broker = await joinBroker(mqtt)
    const result = { sent: 0, next: from }
    const isOver = new AbortController()
    const stop = () => {
        board.close()
        isOver.abort()
    }
    const offSignals = onEndSignal(stop)
    let isOpen = false
    try {
        await use(async (text, next) => {
            isOver.signal.throwIfAborted()
            isOpen = true
            await publish(broker, topic, text, isOver.signal)
            isOpen = false
            result.sent++
            result.next = next
        }, result)
    } catch (error) {
        if (!isOver.signal.aborted) {
            complain(
                `${result.sent} lines sent, go on with --from ${result.next}`
            )
            throw error
        }
        if (isOpen)
            complain(
                "the broker has not confirmed the last line: it may come twice"
            )
    } finally {
        offSignals()
        await leave(broker, isOpen)
    }
    return result
}

/** Ends the connection; a broker that does not answer is waited for LAST_LINE_MS. */
async function leave(broker: MqttClient, isOpen: boolean): Promise<void> {
    const timer = setTimeout(() => broker.stream.destroy(), LAST_LINE_MS)
    await broker.endAsync(isOpen)
    clearTimeout(timer)
}

/** @throws FirmwareError when there is no broker, or it refuses */
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
        let lastSaid = ""
        const say = (text: string) => {
            if (text !== lastSaid) complain(text)
            lastSaid = text
        }
        client.on("offline", () => say("the broker is lost, waiting for it"))
        client.on("connect", () => say("the broker is back"))
        // it is tried again
        client.on("error", ({ message }) =>
            say(`the broker is lost: ${message}`)
        )
        return client
    } catch (error) {
        const { message, code } = error as NodeJS.ErrnoException
        const name = withoutPassword(url)
        // the return code of a CONNACK
        const isRefused = typeof code === "number"
        throw new FirmwareError(
            isRefused
                ? `the MQTT broker at "${name}" refuses: ${message}`
                : `no MQTT broker at "${name}": ${message || "it does not answer"}`
        )
    }
}

function withoutPassword(url: string): string {
    const parts = new URL(url)
    if (!parts.password) return url
    parts.password = "***"
    return parts.href
}

/**
 * Publishes one line.
 * @param isOver from then on it is waited for LAST_LINE_MS, and then given up
 * @throws FirmwareError when the broker ends each connection because of it
 */
function publish(
    broker: MqttClient,
    topic: string,
    text: string,
    isOver: AbortSignal
): Promise<void> {
    return new Promise((resolve, reject) => {
        let openedAt = performance.now()
        let tries = 0
        let timer: NodeJS.Timeout | undefined
        // "connect" comes only after what was in flight
        const received = ({ cmd }: Packet) => {
            if (cmd === "connack") openedAt = performance.now()
        }
        const closed = () => {
            const isSoon = performance.now() - openedAt < SOON_MS
            openedAt = -Infinity
            tries = isSoon ? tries + 1 : 0
            if (tries >= MAX_TRIES)
                end(
                    new FirmwareError(
                        `the broker ends the connection at each line for the topic "${topic}"`
                    )
                )
        }
        const giveUp = () => {
            timer = setTimeout(
                () => end(new FirmwareError("not confirmed")),
                LAST_LINE_MS
            )
        }
        const end = (error?: Error) => {
            clearTimeout(timer)
            broker.off("packetreceive", received)
            broker.off("close", closed)
            isOver.removeEventListener("abort", giveUp)
            if (error) reject(error)
            else resolve()
        }
        broker.on("packetreceive", received)
        broker.on("close", closed)
        isOver.addEventListener("abort", giveUp)
        broker
            .publishAsync(topic, text, { qos: EXACTLY_ONCE })
            .then(() => end(), end)
    })
}
