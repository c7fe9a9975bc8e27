import type { AwkwardEvent } from "../vectors/awkward-events.ts"
import type { SyslogMessage } from "./rfc5424.ts"

/** The identity and limits that the firmware was configured with. */
export interface Sender {
    hostname: string
    facility: number
    procId: string
    maxBytes: number
    bom: boolean
}

const BOM = "\ufeff"
const MAX_SYSTEM_MS = 253402300799999

/** A header field as it has to arrive: `_` for what is not printable, cut at the limit. */
export function field(text: string, limit: number): string | undefined {
    const chars = [...text].slice(0, limit)
    const clean = chars.map(c => (/^[\x21-\x7e]$/.test(c) ? c : "_")).join("")
    return clean === "" || clean === "-" ? undefined : clean
}

/** Differences between an event and the message it became; none when all is right. */
export function differences(
    event: AwkwardEvent,
    message: SyslogMessage,
    bytes: Buffer,
    sender: Sender,
    sequence: number
): string[] {
    const found: string[] = []
    const same = (what: string, got: unknown, wanted: unknown) => {
        if (got !== wanted)
            found.push(
                `${what}: ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`
            )
    }
    const { topic, mark, wall } = event
    const known = wall !== undefined && wall <= MAX_SYSTEM_MS
    const app = topic.startsWith("task.") ? topic.slice(5) : topic
    same("facility", message.facility, sender.facility)
    same("severity", message.severity, Math.min(event.level, 7))
    same(
        "timestamp",
        message.timestamp,
        known ? new Date(wall).toISOString() : undefined
    )
    same("hostname", message.hostname, field(sender.hostname, 255))
    same("app-name", message.appName, field(app, 48))
    same("procid", message.procId, field(sender.procId, 128))
    same("msgid", message.msgId, field(mark || topic, 32))
    const [meta, own] = message.data
    same("meta", meta?.id, "meta")
    const values = Object.fromEntries(meta?.params ?? [])
    same("sequenceId", values["sequenceId"], String(sequence))
    same(
        "sysUpTime",
        values["sysUpTime"],
        String(Math.floor(event.time / 10) % 4294967296)
    )
    // a text may start with a BOM of its own
    const ownBom = event.message.startsWith(BOM)
    same("bom", message.hasBom, sender.bom || ownBom)
    if (bytes.length > sender.maxBytes) found.push(`${bytes.length} bytes`)
    compareText(event, message, bytes, sender, same)
    compareMeta(event, own?.params ?? [], same)
    return found
}

type Same = (what: string, got: unknown, wanted: unknown) => void

/** Control characters as rsyslog writes them into its files: each byte as `#` and octal digits. */
function escaped(text: string): string {
    return text.replace(/[\x00-\x1f\x7f-\x9f]/g, character =>
        [...Buffer.from(character)]
            .map(byte => "#" + byte.toString(8).padStart(3, "0"))
            .join("")
    )
}

function compareText(
    event: AwkwardEvent,
    message: SyslogMessage,
    bytes: Buffer,
    sender: Sender,
    same: Same
): void {
    const wanted = escaped(event.message)
    const ownBom = message.hasBom && !sender.bom
    const got = (ownBom ? BOM : "") + (message.text ?? "")
    if (got === wanted) return
    const mark = /\[\+(\d+) bytes\]$/.exec(got)
    const kept = mark ? got.slice(0, mark.index) : got
    const missing = Buffer.byteLength(wanted) - Buffer.byteLength(kept)
    const whole = bytes.length + Buffer.byteLength(wanted)
    const needed = whole - Buffer.byteLength(got) > sender.maxBytes
    same("cut only when needed", needed, true)
    same("cut text", wanted.startsWith(kept), true)
    same("cut mark", Number(mark?.[1]), missing)
    // at most one character less than would have fitted
    same("cut late", bytes.length > sender.maxBytes - 8, true)
}

function compareMeta(
    event: AwkwardEvent,
    params: [string, string][],
    same: Same
): void {
    const wanted = Object.entries(event.meta ?? {})
    same("meta count", params.length, wanted.length)
    wanted.forEach(([name, value], i) => {
        const text = escaped(String(value))
        const cleanName = [...name]
            .slice(0, 32)
            .map(c => (/^[\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]$/.test(c) ? c : "_"))
            .join("")
        same("param name", params[i]?.[0], cleanName)
        const got = params[i]?.[1] ?? ""
        if (Buffer.byteLength(text) <= 255) same("param value", got, text)
        else same("param value, cut", text.startsWith(got), true)
    })
}
