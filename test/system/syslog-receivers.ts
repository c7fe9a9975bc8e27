/** The receivers of awkward records: a strict one, rsyslogd, syslog-ng and HAProxy. */
import assert from "node:assert/strict"
import { createServer, type AddressInfo } from "node:net"
import type { TestContext } from "node:test"
import type { Daemon } from "../peers/daemon.ts"
import { Haproxy } from "../peers/haproxy.ts"
import { OctetReader } from "../peers/octets.ts"
import { Rsyslog } from "../peers/rsyslog.ts"
import { SyslogNg } from "../peers/syslog-ng.ts"
import { awkwardEvent } from "../vectors/awkward-events.ts"
import type { Receiver, Wire } from "./syslog-records.ts"

/** What ends a field, and a record, in the files of a peer: nothing that is in a record. */
const FIELD_END = "\u001f"
const RECORD_END = "\u001e"
/** rsyslog takes no timestamp from 2100 on; RFC 5424 ends with the year 9999. */
const YEAR_2100 = 4102444800000
const YEAR_10000 = 253402300800000

/** Keeps the bytes as they come, and cuts them by the framing alone. */
export async function strictReceiver(
    t: TestContext,
    wire: Wire
): Promise<Receiver> {
    const messages: Buffer[] = []
    const reader = new OctetReader()
    let rest: Buffer = Buffer.alloc(0)
    const server = createServer(socket => {
        socket.on("data", data => {
            if (wire !== "lf") {
                for (const message of reader.push(data)) messages.push(message)
                return
            }
            rest = Buffer.concat([rest, data])
            for (let end; (end = rest.indexOf(10)) >= 0;) {
                messages.push(rest.subarray(0, end))
                rest = rest.subarray(end + 1)
            }
        })
        socket.on("error", () => {})
        t.after(() => socket.destroy())
    })
    await new Promise<void>(done => server.listen(0, "127.0.0.1", done))
    t.after(() => server.close())
    return {
        port: (server.address() as AddressInfo).port,
        count: () => messages.length,
        messages: () => {
            assert.equal(rest.length + reader.pending, 0, "the stream is whole")
            return messages
        },
    }
}

/** rsyslogd, with its own fields written to a file as they are: nothing escaped. */
export async function rsyslogReceiver(t: TestContext): Promise<Receiver> {
    const fields = ["pri", "timestamp:::date-rfc3339", "hostname", "app-name"]
    fields.push("procid", "msgid", "structured-data", "msg")
    const peer = await Rsyslog.start(t, {
        global: `parser.escapeControlCharactersOnReceive="off"
parser.dropTrailingLFOnReception="off"`,
        template: template(fields.map(field => `%${field}%`)),
    })
    return {
        ...receiver(peer),
        cannot: ({ wall }) =>
            wall !== undefined && wall >= YEAR_2100 && wall < YEAR_10000,
    }
}

/** syslog-ng, with its own macros written to a file. */
export async function syslogNgReceiver(
    t: TestContext,
    wire: Wire
): Promise<Receiver> {
    const macros = ["PRI", "S_ISODATE", "HOST", "PROGRAM", "PID", "MSGID"]
    macros.push("SDATA", "MSG")
    const peer = await SyslogNg.start(t, {
        framing: wire === "lf" ? "lf" : "octet",
        template: template(macros.map(name => "$" + name)),
    })
    return {
        ...receiver(peer),
        // it drops a BOM; in its own notation of names a dot parts element and parameter
        cannot: ({ meta }) =>
            Object.keys(meta ?? {}).some(name => name.includes(".")),
        changes: event => ({
            ...event,
            message: event.message.replace(/^\ufeff/, ""),
        }),
    }
}

/** HAProxy, and behind it a strict receiver of the messages that it makes of what it read. */
export async function haproxyReceiver(t: TestContext): Promise<Receiver> {
    const behind = await strictReceiver(t, "octet")
    const { port } = await Haproxy.start(t, behind.port)
    return { ...behind, port }
}

/** A template that ends each field and each record; both peers read octal escapes. */
function template(fields: string[]): string {
    return fields.join(FIELD_END) + RECORD_END
}

function receiver(peer: Daemon): Receiver {
    return {
        port: peer.port,
        count: () => peer.lines("all.log", RECORD_END).length,
        messages: () => peer.lines("all.log", RECORD_END).map(toMessage),
    }
}

/** The message that the fields of a peer make; it writes the time of arrival for an unknown one. */
function toMessage(line: string, seed: number): Buffer {
    const [pri, time, host, app, pid, id, data, ...msg] = line.split(FIELD_END)
    const { wall } = awkwardEvent(seed)
    // peers leave out a fraction of zero, and write UTC in two ways
    const stamp =
        wall === undefined || wall >= YEAR_10000
            ? "-"
            : time!
                  .replace(/(:\d\d)(Z|\+00:00)$/, "$1.000Z")
                  .replace(/\+00:00$/, "Z")
    const header = [`<${pri}>1`, stamp, host, app, pid, id, data || "-"]
    const fields = header.map(field => field || "-").join(" ")
    return Buffer.from(`${fields} ${msg.join(FIELD_END)}`)
}
