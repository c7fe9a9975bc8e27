/**
 * A strict reader of syslog messages, written from RFC 5424: every rule of the ABNF in section 6
 * and every MUST of a sender that can be seen in one message. Bytes in, fields out.
 */

/** A violation of RFC 5424; the message names the rule and the offset. */
export class SyslogSyntaxError extends Error {
    override name = "SyslogSyntaxError"

    constructor(rule: string, offset: number, bytes: Buffer) {
        const near = JSON.stringify(
            bytes.toString("latin1", offset, offset + 24)
        )
        super(`${rule} at ${offset}, near ${near}`)
    }
}

/** One SD-ELEMENT, its values unescaped. */
export interface SyslogElement {
    id: string
    params: [name: string, value: string][]
}

/** The fields of a message; undefined for the NILVALUE. */
export interface SyslogMessage {
    facility: number
    severity: number
    version: number
    timestamp: string | undefined
    hostname: string | undefined
    appName: string | undefined
    procId: string | undefined
    msgId: string | undefined
    data: SyslogElement[]
    /** The STRUCTURED-DATA as it is in the message. */
    dataText: string
    /** MSG without its BOM; undefined when there is none. */
    text: string | undefined
    hasBom: boolean
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const BOM = Buffer.from([0xef, 0xbb, 0xbf])
const SP = 0x20
/** SD-IDs without an enterprise number, section 9. */
const REGISTERED = ["timeQuality", "origin", "meta"]

/**
 * Reads one message without framing.
 * @throws SyslogSyntaxError for the first rule that it breaks
 */
export function parseSyslog(bytes: Buffer): SyslogMessage {
    return new Reader(bytes).message()
}

class Reader {
    private at = 0
    private readonly bytes: Buffer

    constructor(bytes: Buffer) {
        this.bytes = bytes
    }

    message(): SyslogMessage {
        const { facility, severity } = this.pri()
        const version = this.version()
        const timestamp = this.timestamp()
        const hostname = this.headerField("HOSTNAME", 255)
        const appName = this.headerField("APP-NAME", 48)
        const procId = this.headerField("PROCID", 128)
        const msgId = this.headerField("MSGID", 32)
        const start = this.at
        const data = this.structuredData()
        const dataText = this.bytes.toString("utf8", start, this.at)
        const { text, hasBom } = this.text()
        return {
            facility,
            severity,
            version,
            timestamp,
            hostname,
            appName,
            procId,
            msgId,
            data,
            dataText,
            text,
            hasBom,
        }
    }

    /** Section 6.2.1. */
    private pri(): { facility: number; severity: number } {
        this.take("<", "PRI")
        const digits = this.until(">", "PRI")
        if (!/^(0|[1-9]\d{0,2})$/.test(digits) || Number(digits) > 191)
            this.fail("PRIVAL")
        const value = Number(digits)
        return { facility: value >> 3, severity: value & 7 }
    }

    /** Section 6.2.2; version 1 is the only one there is. */
    private version(): number {
        if (this.until(" ", "VERSION") !== "1") this.fail("VERSION")
        return 1
    }

    /** Section 6.2.3. */
    private timestamp(): string | undefined {
        const text = this.until(" ", "TIMESTAMP")
        if (text === "-") return undefined
        const form =
            /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,6})?(Z|[+-](\d\d):(\d\d))$/
        const parts = form.exec(text)
        if (!parts) this.fail("TIMESTAMP")
        const [year, month, day, hour, minute, second] = parts
            .slice(1, 7)
            .map(Number)
        const days = new Date(Date.UTC(2000, month, 0)).getUTCDate()
        const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
        const last = month === 2 ? (leap ? 29 : 28) : days
        if (month < 1 || month > 12 || day < 1 || day > last)
            this.fail("FULL-DATE")
        if (hour > 23 || minute > 59 || second > 59) this.fail("FULL-TIME")
        if (parts[9] && (Number(parts[9]) > 23 || Number(parts[10]) > 59))
            this.fail("TIME-OFFSET")
        return text
    }

    private headerField(rule: string, limit: number): string | undefined {
        const text = this.until(" ", rule)
        const printable = /^[\x21-\x7e]+$/.test(text)
        if (!printable || text.length > limit) this.fail(rule)
        return text === "-" ? undefined : text
    }

    /** Section 6.3. */
    private structuredData(): SyslogElement[] {
        if (this.peek() === "-") {
            this.at++
            return []
        }
        const elements: SyslogElement[] = []
        do elements.push(this.element())
        while (this.peek() === "[")
        const ids = elements.map(element => element.id)
        if (new Set(ids).size < ids.length) this.fail("SD-ID twice")
        return elements
    }

    private element(): SyslogElement {
        this.take("[", "SD-ELEMENT")
        const id = this.name("SD-ID")
        const registered = REGISTERED.includes(id)
        if (!registered && !/^[^@]+@[1-9]\d*(\.\d+)*$/.test(id))
            this.fail("SD-ID")
        const params: [string, string][] = []
        while (this.peek() === " ") {
            this.at++
            const name = this.name("PARAM-NAME")
            this.take("=", "SD-PARAM")
            params.push([name, this.value()])
        }
        this.take("]", "SD-ELEMENT")
        if (id === "meta") this.checkMeta(params)
        return { id, params }
    }

    private name(rule: string): string {
        const start = this.at
        while (/[\x21-\x7e]/.test(this.peek()) && !'="]'.includes(this.peek()))
            this.at++
        const length = this.at - start
        if (length < 1 || length > 32) this.fail(rule)
        return this.bytes.toString("latin1", start, this.at)
    }

    /** Section 6.3.3: quotes, backslashes and brackets are escaped, and nothing else. */
    private value(): string {
        this.take('"', "PARAM-VALUE")
        const out: number[] = []
        while (this.peek() !== '"') {
            if (["]", ""].includes(this.peek()))
                this.fail("PARAM-VALUE, unescaped ] or no end")
            if (this.peek() === "\\") {
                this.at++
                if (!['"', "\\", "]"].includes(this.peek()))
                    this.fail("PARAM-VALUE, lone backslash")
            }
            out.push(this.bytes[this.at])
            this.at++
        }
        this.at++
        return this.decode(Buffer.from(out), "PARAM-VALUE")
    }

    /** Section 7.3: sequenceId 1 to 2147483647, sysUpTime in TimeTicks. */
    private checkMeta(params: [string, string][]): void {
        for (const [name, value] of params) {
            const integer = /^(0|[1-9]\d*)$/.test(value) ? Number(value) : -1
            const [low, high] =
                name === "sequenceId" ? [1, 2147483647] : [0, 4294967295]
            const known = name === "sequenceId" || name === "sysUpTime"
            if (known && (integer < low || integer > high)) this.fail(name)
        }
    }

    /** Section 6.4. What we send is UTF-8 also without a BOM. */
    private text(): { text: string | undefined; hasBom: boolean } {
        if (this.at === this.bytes.length)
            return { text: undefined, hasBom: false }
        if (this.bytes[this.at] !== SP) this.fail("SP before MSG")
        this.at++
        const rest = this.bytes.subarray(this.at)
        const hasBom = rest.subarray(0, 3).equals(BOM)
        const text = this.decode(hasBom ? rest.subarray(3) : rest, "MSG")
        return { text, hasBom }
    }

    private decode(bytes: Buffer, rule: string): string {
        try {
            return UTF8.decode(bytes)
        } catch {
            return this.fail(`${rule}, no UTF-8`)
        }
    }

    /** The next byte as a character; empty at the end, where only STRUCTURED-DATA may be. */
    private peek(): string {
        if (this.at >= this.bytes.length) return ""
        return String.fromCharCode(this.bytes[this.at])
    }

    private take(wanted: string, rule: string): void {
        if (this.peek() !== wanted) this.fail(rule)
        this.at++
    }

    private until(end: string, rule: string): string {
        const stop = this.bytes.indexOf(end, this.at, "latin1")
        if (stop < 0) this.fail(rule)
        const text = this.bytes.toString("latin1", this.at, stop)
        this.at = stop + 1
        return text
    }

    private fail(rule: string): never {
        throw new SyslogSyntaxError(rule, this.at, this.bytes)
    }
}
