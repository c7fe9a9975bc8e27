/**
 * Awkward records on their way to a receiver, compared field by field with what was meant:
 * strictly by RFC 5424, or as rsyslogd or syslog-ng reads them.
 */
import type { TestContext } from "node:test"
import { type AwkwardEvent, awkwardEvent } from "../vectors/awkward-events.ts"
import { differences, type Sender } from "../peers/expected.ts"
import { until } from "../peers/ports.ts"
import { finish } from "../peers/programs.ts"
import { parseSyslog, SyslogSyntaxError } from "../peers/rfc5424.ts"
import { startSimulator } from "./harness.ts"

/** How the program frames and writes them. */
export type Wire = "octet" | "lf" | "bom"

/** The figures of the records. */
export interface RecordFigures {
    records: number
    /** Records that break the ABNF or the framing. */
    violations: number
    /** Records of which a field is not what was meant. */
    differences: number
    /** Records that the receiver itself cannot read, by its own limits. */
    skipped: number
    /** Records in which the receiver had no time to read, that is `-`. */
    timeless: number
    /** The first that were wrong. */
    examples: string[]
}

/** A receiver: where it listens, and what it has read. */
export interface Receiver {
    port: number
    /** How many records it has by now. */
    count(): number
    /** The records, each as one RFC 5424 message without framing, in order. */
    messages(): Buffer[]
    /** Whether this receiver cannot read such an event, by its own limits. */
    cannot?(event: AwkwardEvent): boolean
    /** What it makes of an event, when that is known to be something else. */
    changes?(event: AwkwardEvent, read: Buffer): AwkwardEvent
}

const SENDER: Sender = {
    hostname: "höst {0} ]",
    facility: 16,
    procId: "boot 7",
    maxBytes: 2048,
    bom: false,
}
const MAX_EXAMPLES = 3
/** Characters that are shown of one. */
const MAX_EXAMPLE = 1000
/** What a record may take on its way, ms. */
const RECORD_MS = 20

/** Sends the awkward records 0 to `count` - 1 to a receiver. */
export async function sendRecords(
    t: TestContext,
    receiver: Receiver,
    wire: Wire,
    count: number
): Promise<RecordFigures> {
    const sim = await startSimulator(t, {
        main: "test/system/programs/syslog-awkward.ts",
        collector: false,
        settings: {
            SYSLOG_HOST: "127.0.0.1",
            SYSLOG_PORT: String(receiver.port),
            SYSLOG_FRAME: wire,
            COUNT: String(count),
        },
    })
    const mostMs = 60_000 + count * RECORD_MS
    await finish(sim, mostMs)
    await until("all records", () => receiver.count() >= count, mostMs)
    return judgeRecords(receiver, wire, count)
}

function judgeRecords(
    receiver: Receiver,
    wire: Wire,
    count: number
): RecordFigures {
    const sender = { ...SENDER, bom: wire === "bom" }
    const messages = receiver.messages()
    const figures: RecordFigures = {
        records: messages.length,
        violations: messages.length === count ? 0 : 1,
        differences: 0,
        skipped: 0,
        timeless: 0,
        examples: [],
    }
    messages.forEach((bytes, seed) => {
        const event = awkwardEvent(seed)
        if (receiver.cannot?.(event)) figures.skipped++
        else {
            const meant = receiver.changes?.(event, bytes) ?? event
            judgeRecord(bytes, seed, meant, sender, figures)
        }
    })
    return figures
}

function judgeRecord(
    bytes: Buffer,
    seed: number,
    event: AwkwardEvent,
    sender: Sender,
    figures: RecordFigures
): void {
    const example = (problem: string) => {
        if (figures.examples.length < MAX_EXAMPLES)
            figures.examples.push(
                `seed ${seed}: ${problem}: ${JSON.stringify(event)}: ${bytes}`.slice(
                    0,
                    MAX_EXAMPLE
                )
            )
    }
    try {
        const message = parseSyslog(bytes)
        if (message.timestamp === undefined) figures.timeless++
        const found = differences(event, message, bytes, sender, seed + 1)
        if (!found.length) return
        figures.differences++
        example(found.join("; "))
    } catch (error) {
        if (!(error instanceof SyslogSyntaxError)) throw error
        figures.violations++
        example(error.message)
    }
}
