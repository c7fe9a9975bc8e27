// A publisher of MQTT 3.1.1 (OASIS standard of 2014) on the VM's one socket: exactly once (QoS 2,
// section 4.3.3), one message at a time. The caller must have the socket from the arbiter.
//
// The broker keeps a message under its packet id until the publisher releases it. A `Delivery`
// outlives the connection and records what a broken connection left open: a message that the broker
// may have is sent again with the same id; one that it has for certain is only released.
//
// `MQTTClient` of `@devicescript/net` is not used: it does not report acknowledgements, throws on
// back-pressure, and throws in a fiber of its own when the connection closes while it reads, which
// restarts the program.
import * as ds from "@devicescript/core"
import {
    namedError,
    Connection,
    NetSocket,
    Signal,
    SocketProto,
    WOULD_BLOCK,
} from "../platform"
import { withoutAddress } from "./host"

/** Name of the errors of a publisher; their messages name the broker. */
export const MQTT_ERROR = "MqttError"
/** Longest wait for the connection, for each answer of the broker and for each write, ms. */
export const MQTT_TIMEOUT_MS = 5000
/** Longest topic, in bytes. */
export const MAX_TOPIC_BYTES = 128
/** Time until a write that the socket did not take is tried again, ms. */
const RETRY_MS = 20

/** Types of packets with their flags, section 2.2; every packet that a publisher gets has 4 bytes. */
const CONNECT = 0x10
const CONNACK = 0x20
const PUBLISH_QOS2 = 0x34
const DUPLICATE = 0x08
const PUBREC = 0x50
const PUBREL = 0x62
const PUBCOMP = 0x70
const DISCONNECT = 0xe0
const MAX_ID = 0xffff
const ANSWER_BYTES = 4
/** So much of what was not read yet is kept: the heap is small, and a broker may send anything. */
const MAX_UNREAD_BYTES = 64

/** Flags of CONNECT, section 3.1.2.3. */
const HAS_PASSWORD = 0x40
const HAS_USER = 0x80
const PROTOCOL_LEVEL = 4

/** A broker, and the client's name and credentials there. */
export interface MqttBroker {
    /** Name or address. */
    host: string
    /** 1883 when left out, 8883 with TLS. */
    port?: number
    /** `tcp` when left out. */
    proto?: SocketProto
    /** Names the session, in which the broker keeps open deliveries: each pipe needs its own. */
    clientId: string
    user?: string
    password?: string
}

/** State of the last message's delivery, kept from connection to connection; plain data. */
export interface Delivery {
    /** Packet id of the last message; a random number before the first. */
    id: number
    /** Whether the delivery has begun and is not confirmed. */
    isOpen: boolean
    /** Whether the broker is known to have the message. */
    isStored: boolean
}

/** A connection to a broker. */
interface Session {
    broker: MqttBroker
    connection: Connection
    news: Signal
    isOpen: boolean
    /** Why it is over; undefined while it is not. */
    ended: string | undefined
    /** Bytes that were received and not read yet. */
    received: Buffer
    delivery: Delivery
}

/**
 * Publishes one message; returns when the broker has confirmed that it has it and will deliver it
 * once. After an error, publish the same message again in the next session. Without a message, the
 * open delivery is given up: its message arrives only if the broker has it.
 */
export type Publish = (topic: string, message?: string) => Promise<void>

/** The state before the first message. */
export function newDelivery(): Delivery {
    // random, as the broker may still hold a message of an earlier run under its id
    return { id: Math.randomInt(MAX_ID), isOpen: false, isStored: false }
}

/**
 * Connects to a broker, runs `body`, and disconnects.
 * @param delivery what the last session left open. Each message arrives exactly once if the same
 * object is passed each time, and as long as the broker keeps the session of the client id
 * @throws an error of name MQTT_ERROR: no connection, refused, no answer in time; an error of name
 * SocketError without a network; what `body` throws
 */
export async function mqttSession(
    socket: NetSocket,
    broker: MqttBroker,
    body: (publish: Publish) => Promise<void>,
    delivery = newDelivery()
): Promise<void> {
    const session = open(socket, broker, delivery)
    try {
        await until(session, () => session.isOpen)
        await send(session, connectPacket(broker))
        const answer = await receive(session, CONNACK)
        if (answer[3] !== 0) throw mqttError(broker, `refused (${answer[3]})`)
        // a broker that has lost the session has lost the message as well
        if (answer[2] === 0) delivery.isStored = false
        await body(async (topic, message) => {
            await publish(session, topic, message)
        })
        await send(session, Buffer.from([DISCONNECT, 0]))
    } finally {
        session.connection.close()
    }
}

function open(
    socket: NetSocket,
    broker: MqttBroker,
    delivery: Delivery
): Session {
    const { host, port, proto } = broker
    const session: Session = {
        broker,
        connection: undefined,
        news: new Signal(),
        isOpen: false,
        ended: undefined,
        received: Buffer.alloc(0),
        delivery,
    }
    const usual = proto === "tls" ? 8883 : 1883
    session.connection = socket.open(host, port ?? usual, proto || "tcp", {
        opened: () => {
            session.isOpen = true
            session.news.notify()
        },
        received: data => {
            // a publisher gets only short answers, and asks for each of them
            if (session.received.length < MAX_UNREAD_BYTES)
                session.received = session.received.concat(data)
            session.news.notify()
        },
        closed: reason => {
            session.ended = withoutAddress(reason || "closed")
            session.news.notify()
        },
    })
    return session
}

/** Waits until a condition holds. @throws MQTT_ERROR when the connection or the time ends before */
async function until(session: Session, holds: () => boolean): Promise<void> {
    const { broker, news } = session
    const end = ds.millis() + MQTT_TIMEOUT_MS
    while (!holds()) {
        if (session.ended !== undefined) throw mqttError(broker, session.ended)
        const left = end - ds.millis()
        if (left <= 0) throw mqttError(broker, "no answer")
        await news.wait(left)
    }
}

/** Waits for a packet of a type. @throws MQTT_ERROR for one of another type, and as `until` */
async function receive(session: Session, type: number): Promise<Buffer> {
    await until(session, () => session.received.length >= ANSWER_BYTES)
    const { received, broker } = session
    const packet = received.slice(0, ANSWER_BYTES)
    session.received = received.slice(ANSWER_BYTES, received.length)
    if (packet[0] !== type || packet[1] !== ANSWER_BYTES - 2)
        throw mqttError(broker, `unexpected packet ${packet.toString("hex")}`)
    return packet
}

async function send(session: Session, packet: Buffer): Promise<void> {
    const { connection, broker } = session
    const end = ds.millis() + MQTT_TIMEOUT_MS
    while (true) {
        const result = connection.write(packet)
        if (result === 0) return
        if (result !== WOULD_BLOCK)
            throw mqttError(broker, session.ended || "closed")
        if (ds.millis() > end) throw mqttError(broker, "it takes nothing")
        await ds.sleep(RETRY_MS)
    }
}

async function publish(
    session: Session,
    topic: string,
    message: string | undefined
): Promise<void> {
    const { delivery, broker } = session
    const bytes = topic.byteLength
    if (bytes === 0 || bytes > MAX_TOPIC_BYTES)
        throw mqttError(
            broker,
            `a topic has 1 to ${MAX_TOPIC_BYTES} bytes, not ${bytes}`
        )
    if (message === undefined) {
        if (!delivery.isOpen) return
        delivery.isStored = true
    }
    const isAgain = delivery.isOpen
    if (!isAgain) {
        delivery.id = ((delivery.id | 0) % MAX_ID) + 1
        delivery.isOpen = true
        delivery.isStored = false
    }
    const { id } = delivery
    if (!delivery.isStored) {
        await send(session, publishPacket(topic, message, id, isAgain))
        await acknowledged(session, PUBREC)
        delivery.isStored = true
    }
    await send(session, packetOf(PUBREL, idBytes(id)))
    await acknowledged(session, PUBCOMP)
    delivery.isOpen = false
}

/** Waits for the packet that confirms a step of the delivery. @throws MQTT_ERROR */
async function acknowledged(session: Session, type: number): Promise<void> {
    const answer = await receive(session, type)
    if ((answer[2] << 8) + answer[3] !== session.delivery.id)
        throw mqttError(session.broker, "acknowledged what was not sent")
}

/** CONNECT, section 3.1: the broker keeps the session after the connection; no keep-alive. */
function connectPacket(broker: MqttBroker): Buffer {
    const { clientId, user, password } = broker
    let flags = 0
    if (user) flags += HAS_USER
    if (user && password) flags += HAS_PASSWORD
    const parts = [
        field("MQTT"),
        Buffer.from([PROTOCOL_LEVEL, flags, 0, 0]),
        field(clientId),
    ]
    if (user) parts.push(field(user))
    if (user && password) parts.push(field(password))
    return packetOf(CONNECT, Buffer.concat(...parts))
}

/** PUBLISH, section 3.3. */
function publishPacket(
    topic: string,
    message: string,
    id: number,
    isAgain: boolean
): Buffer {
    return packetOf(
        isAgain ? PUBLISH_QOS2 | DUPLICATE : PUBLISH_QOS2,
        Buffer.concat(field(topic), idBytes(id), Buffer.from(message))
    )
}

function idBytes(id: number): Buffer {
    return Buffer.from([id >> 8, id & 0xff])
}

/** A text with its length in front, section 1.5.3. */
function field(text: string): Buffer {
    const bytes = text.byteLength
    return Buffer.concat(
        Buffer.from([bytes >> 8, bytes & 0xff]),
        Buffer.from(text)
    )
}

/** A packet: type, remaining length in groups of 7 bits (section 2.2.3), the rest. */
function packetOf(type: number, rest: Buffer): Buffer {
    const head = [type]
    let length = rest.length
    while (length > 127) {
        head.push((length & 127) | 128)
        length = length >> 7
    }
    head.push(length)
    return Buffer.concat(Buffer.from(head), rest)
}

function mqttError({ host }: MqttBroker, problem: string): Error {
    return namedError(MQTT_ERROR, `MQTT broker ${host}: ${problem}`)
}
