// rows: A3a
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { INFO, LogRecord, RingHandler } from "../../src/log"
import { MAX_TOPIC_BYTES, MQTT_ERROR, SocketArbiter } from "../../src/net"
import {
    Connection,
    DISCONNECTED,
    NetSocket,
    QUEUED,
    SocketListener,
    SocketProto,
    SystemClock,
    WriteResult,
} from "../../src/platform"
import { LogPipe, pipeLog } from "../../src/remote"

const CONNECT = 0x10
const PUBLISH = 0x30
const PUBREL = 0x60
const DUPLICATE = 0x08
/** Packets of a session with three lines: CONNECT, two for each line, DISCONNECT. */
const PACKETS = 8

/** What a broker keeps of its one client (MQTT 3.1.1, figure 4.3: method A). */
class BrokerState {
    /** What subscribers got. */
    readonly delivered: string[] = []
    /** Packets that were marked as sent again. */
    repeated = 0
    hasSession = false
    stored: string
    storedId = 0
    connections = 0
    packets = 0
    /** The connection breaks at this packet: before it arrives, or before its answer does. */
    cutAt = Infinity
    isAnswerLost = false
    /** It sends what nobody has asked for, more than the heap holds. */
    isFlood = false

    /** Takes a packet. @returns its answer, if it has one */
    take(packet: Buffer): Buffer | undefined {
        const type = packet[0] & 0xf0
        if (type === CONNECT) {
            const present = this.hasSession ? 1 : 0
            this.hasSession = true
            return Buffer.from([0x20, 2, present, 0])
        }
        if (type === PUBLISH) {
            const topicEnd = 4 + packet[3]
            const id = packet.getAt(topicEnd, "u8") * 256 + packet[topicEnd + 1]
            if ((packet[0] & DUPLICATE) !== 0) this.repeated++
            this.storedId = id
            this.stored = packet.slice(topicEnd + 2, packet.length).toString()
            return Buffer.from([0x50, 2, id >> 8, id & 0xff])
        }
        if (type === PUBREL) {
            const id = packet[2] * 256 + packet[3]
            if (id === this.storedId) this.delivered.push(this.stored)
            this.storedId = 0
            return Buffer.from([0x70, 2, id >> 8, id & 0xff])
        }
        return undefined
    }
}

/** A connection to the broker, which breaks at a packet. */
class BrokerConnection implements Connection {
    private isClosed = false

    constructor(
        private readonly broker: BrokerState,
        private readonly listener: SocketListener
    ) {}

    write(data: string | Buffer): WriteResult {
        const { broker, listener } = this
        if (this.isClosed) return DISCONNECTED
        broker.packets++
        const isCut = broker.packets === broker.cutAt
        const isTaken = !isCut || broker.isAnswerLost
        const answer = isTaken ? broker.take(data as Buffer) : undefined
        if (isCut) this.isClosed = true
        const later = async () => {
            for (let n = 0; broker.isFlood && n < 200; ++n)
                listener.received(Buffer.alloc(1000))
            if (isCut) listener.closed("cut")
            else if (answer) listener.received(answer)
        }
        later.start()
        return QUEUED
    }

    close(): void {
        this.isClosed = true
    }
}

class BrokerSocket implements NetSocket {
    constructor(private readonly broker: BrokerState) {}

    open(
        host: string,
        port: number,
        proto: SocketProto,
        listener: SocketListener
    ): Connection {
        this.broker.connections++
        const later = async () => listener.opened()
        later.start()
        return new BrokerConnection(this.broker, listener)
    }

    disconnect(): void {}
}

const clock = new SystemClock()

function add(ring: RingHandler, line: string): void {
    ring.emit({ level: INFO } as LogRecord, line)
}

function ringOf(lines: string[]): RingHandler {
    const ring = new RingHandler(200)
    for (const line of lines) add(ring, line)
    return ring
}

function pipeTo(broker: BrokerState): LogPipe {
    return {
        arbiter: new SocketArbiter(clock, new BrokerSocket(broker)),
        broker: { host: "192.0.2.7", clientId: "pipe" },
        topic: "log",
        position: 0,
    }
}

/** Calls `pipeLog` until it has sent all. @returns how often it failed */
async function send(pipe: LogPipe, ring: RingHandler): Promise<number> {
    for (let failures = 0; ; ++failures)
        try {
            await pipeLog(pipe, ring)
            return failures
        } catch (e: any) {
            expect(e.name).toBe(MQTT_ERROR)
            await ds.sleep(0)
        }
}

/** Texts without those that are the same as the one before. */
function withoutRepeats(texts: string[]): string[] {
    return texts.filter((text, i) => i === 0 || text !== texts[i - 1])
}

describe("a pipe to a broker", () => {
    test("each line arrives once and in order, wherever a cut is", async () => {
        for (let at = 1; at <= PACKETS; ++at)
            for (const isAnswerLost of [false, true]) {
                const broker = new BrokerState()
                broker.cutAt = at
                broker.isAnswerLost = isAnswerLost
                const ring = ringOf(["one", "two", "three"])
                const pipe = pipeTo(broker)
                const failures = await send(pipe, ring)
                expect(broker.delivered.join()).toBe("one,two,three")
                expect(pipe.position).toBe(3)
                // nothing waits for an answer to the last packet
                expect(failures).toBe(at < PACKETS ? 1 : 0)
                add(ring, "four")
                await send(pipe, ring)
                expect(broker.delivered.join()).toBe("one,two,three,four")
            }
    })

    test("a line that the broker may have is marked as sent again", async () => {
        const broker = new BrokerState()
        // the answer to the first PUBLISH is lost
        broker.cutAt = 2
        broker.isAnswerLost = true
        await send(pipeTo(broker), ringOf(["one"]))
        expect(broker.repeated).toBe(1)
        expect(broker.delivered.join()).toBe("one")
    })

    test("a topic that is empty or too long is refused", async () => {
        let long = "t"
        while (long.length <= MAX_TOPIC_BYTES) long = long + "t"
        for (const topic of ["", long]) {
            const broker = new BrokerState()
            const pipe = pipeTo(broker)
            pipe.topic = topic
            let message = ""
            try {
                await pipeLog(pipe, ringOf(["one"]))
            } catch (e: any) {
                message = e.message
            }
            expect(message).toBe(
                `MQTT broker 192.0.2.7: a topic has 1 to 128 bytes, not ${topic.length}`
            )
            expect(broker.delivered.length).toBe(0)
        }
    })

    test("a broker that sends without end is one clear error", async () => {
        const broker = new BrokerState()
        broker.isFlood = true
        let message = ""
        try {
            await pipeLog(pipeTo(broker), ringOf(["one"]))
        } catch (e: any) {
            message = e.message
        }
        expect(message).toBe(
            "MQTT broker 192.0.2.7: unexpected packet 00000000"
        )
    })

    test("a broker that forgets its session loses no line", async () => {
        for (let at = 1; at <= PACKETS; ++at) {
            const broker = new BrokerState()
            broker.cutAt = at
            broker.isAnswerLost = true
            const pipe = pipeTo(broker)
            const ring = ringOf(["one", "two", "three"])
            try {
                await pipeLog(pipe, ring)
            } catch (e: any) {
                expect(e.name).toBe(MQTT_ERROR)
            }
            broker.hasSession = false
            broker.storedId = 0
            await send(pipe, ring)
            // the line that was under way may be there twice, side by side
            expect(withoutRepeats(broker.delivered).join()).toBe(
                "one,two,three"
            )
        }
    })

    test("a line that is overwritten meanwhile does not come twice", async () => {
        const broker = new BrokerState()
        broker.cutAt = 2
        broker.isAnswerLost = true
        const ring = new RingHandler(64)
        add(ring, "the first line, which takes half of the ring")
        const pipe = pipeTo(broker)
        try {
            await pipeLog(pipe, ring)
        } catch (e: any) {
            expect(e.name).toBe(MQTT_ERROR)
        }
        add(ring, "the second line, which takes its place there")
        expect(ring.first()).toBe(1)
        await send(pipe, ring)
        const texts = broker.delivered.map(line => line.slice(4, 10))
        // the broker had the first one, and hands it on
        expect(texts.join()).toBe("first ,second")
    })
})
