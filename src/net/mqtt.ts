// A publisher of MQTT 3.1.1 (OASIS standard of 2014) on the VM's one socket, with acknowledgements
// (QoS 1), one message at a time. Who calls has the socket from the arbiter.
//
// `MQTTClient` of `@devicescript/net` is not used: it hands on no acknowledgement, throws on
// back-pressure, and an exception in another fiber, as at a connection that closes while it
// reads, restarts the program.
import * as ds from "@devicescript/core"
import {
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
const PUBLISH_QOS1 = 0x32
const PUBACK = 0x40
const DISCONNECT = 0xe0
const ANSWER_BYTES = 4

/** Flags of CONNECT, section 3.1.2.3. */
const CLEAN_SESSION = 0x02
const HAS_PASSWORD = 0x40
const HAS_USER = 0x80
const PROTOCOL_LEVEL = 4

/** A broker, and who we are there. */
export interface MqttBroker {
    host: string
    /** 1883 when left out, 8883 with TLS. */
    port?: number
    proto?: SocketProto
    clientId: string
    user?: string
    password?: string
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
    lastId: number
}

/** Publishes one message; returns when the broker has it. */
export type Publish = (topic: string, message: string) => Promise<void>

/**
 * Connects to a broker for as long as `body` takes.
 * @throws an error of name MQTT_ERROR: no connection, refused, no answer in time; and what `body`
 * throws
 */
export async function mqttSession(
    socket: NetSocket,
    broker: MqttBroker,
    body: (publish: Publish) => Promise<void>
): Promise<void> {
    const session = open(socket, broker)
    try {
        await until(session, () => session.isOpen)
        await send(session, connectPacket(broker))
        const answer = await receive(session, CONNACK)
        if (answer[3] !== 0) throw mqttError(broker, `refused (${answer[3]})`)
        await body(async (topic, message) => {
            await publish(session, topic, message)
        })
        await send(session, Buffer.from([DISCONNECT, 0]))
    } finally {
        session.connection.close()
    }
}

function open(socket: NetSocket, broker: MqttBroker): Session {
    const { host, port, proto } = broker
    const session: Session = {
        broker,
        connection: undefined,
        news: new Signal(),
        isOpen: false,
        ended: undefined,
        received: Buffer.alloc(0),
        lastId: 0,
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
    message: string
): Promise<void> {
    session.lastId = (session.lastId % 0xffff) + 1
    const id = session.lastId
    await send(session, publishPacket(topic, message, id))
    const answer = await receive(session, PUBACK)
    if ((answer[2] << 8) + answer[3] !== id)
        throw mqttError(session.broker, "acknowledged what was not sent")
}

/** CONNECT, section 3.1: a clean session that need not be kept alive. */
function connectPacket(broker: MqttBroker): Buffer {
    const { clientId, user, password } = broker
    let flags = CLEAN_SESSION
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
export function publishPacket(
    topic: string,
    message: string,
    id: number
): Buffer {
    return packetOf(
        PUBLISH_QOS1,
        Buffer.concat(
            field(topic),
            Buffer.from([id >> 8, id & 0xff]),
            Buffer.from(message)
        )
    )
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
    const error = new Error(`MQTT broker ${host}: ${problem}`)
    error.name = MQTT_ERROR
    return error
}
