// A publisher of MQTT 3.1.1 (OASIS standard of 2014) on the VM's one socket: exactly once (QoS 2,
// section 4.3.3), one message at a time. Who calls has the socket from the arbiter.
//
// The broker keeps a message by its packet id until it is released. What a cut has left open is in
// the `Delivery`, which outlives the connection: a message that the broker may have is sent again
// with its id, one that it has for certain is only released.
//
// `MQTTClient` of `@devicescript/net` is not used: it hands on no acknowledgement, throws on
// back-pressure, and an exception in another fiber, as at a connection that closes while it
// reads, restarts the program.
import * as ds from "@devicescript/core"
import {
    namedError,
    Connection,
    NetSocket,
    Signal,
    SocketProto,
    WOULD_BLOCK,
} from "../platform"

/** Name of the errors of a publisher; their messages name the broker. */
export const MQTT_ERROR = "MqttError"
/** Longest wait for an answer of the broker, ms. */
export const MQTT_TIMEOUT_MS = 5000
/** Longest topic, in bytes. */
export const MAX_TOPIC_BYTES = 128
/** How often a write that the socket did not take is tried again, ms. */
const RETRY_MS = 20

/** Types of packets, section 2.2.1; what a publisher gets has 4 bytes. */
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

/** Flags of CONNECT, section 3.1.2.3. */
const HAS_PASSWORD = 0x40
const HAS_USER = 0x80
const PROTOCOL_LEVEL = 4

/** A broker, and who we are there. */
export interface MqttBroker {
    /** Name or address. */
    host: string
    /** 1883 when left out, 8883 with TLS. */
    port?: number
    /** `tcp` when left out, or `tls`. */
    proto?: SocketProto
    /** The broker keeps by it what is under way: each pipe needs one of its own. */
    clientId: string
    user?: string
    password?: string
}

/** What is kept of a message that is under way, over connections; plain data. */
export interface Delivery {
    /** Packet id of the last message; 0 before the first. */
    id: number
    /** Whether its end is open: the connection broke before. */
    isOpen: boolean
    /** Whether the broker is known to have it. */
    isStored: boolean
}

/** A session with a broker. */
interface Session {
    broker: MqttBroker
    connection: Connection
    news: Signal
    isOpen: boolean
    /** Why it is over; undefined while it is not. */
    ended: string | undefined
    /** What came and has not been looked at. */
    received: Buffer
    delivery: Delivery
}

/**
 * Publishes one message; returns when the broker has it and has handed it on. After an error the
 * same message is to be published again, in the next session; undefined gives it up: it arrives
 * if the broker has it.
 */
export type Publish = (topic: string, message?: string) => Promise<void>

/** A delivery before its first message. */
export function newDelivery(): Delivery {
    // not always 1: of a run before the broker may still have a message, by its id
    return { id: Math.randomInt(MAX_ID), isOpen: false, isStored: false }
}

/**
 * Connects to a broker for as long as `body` takes.
 * @param delivery what the session before has left open; each message arrives once if the same
 * one is handed in each time, and as long as the broker keeps the session of the client id
 * @throws an error of name MQTT_ERROR: no connection, refused, no answer in time; and what `body`
 * throws
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
        // a broker that has no session any more has not handed the message on either
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
            session.received = session.received.concat(data)
            session.news.notify()
        },
        closed: reason => {
            session.ended = reason || "closed"
            session.news.notify()
        },
    })
    return session
}

/** Waits until a condition holds. @throws MQTT_ERROR when the session ends before, or in time */
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

/** Waits for a packet of a type. @throws MQTT_ERROR for another one */
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
    const { delivery } = session
    if (message === undefined) {
        if (!delivery.isOpen) return
        delivery.isStored = true
    }
    const isAgain = delivery.isOpen
    if (!isAgain) {
        delivery.id = (delivery.id % MAX_ID) + 1
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

/** CONNECT, section 3.1: a session that the broker keeps, with no keep-alive. */
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

/** A text after its length, section 1.5.3. */
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
