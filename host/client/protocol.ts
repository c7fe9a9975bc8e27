// The host's side of services/fiberd.md: numbers, and the texts within packets. A test holds the
// numbers to what the DeviceScript tool makes of the specification.

export const SERVICE_CLASS = 0x1f1be2dd
/** The version of the protocol that this client speaks. */
export const VERSION = 1
/** Place of the service on the device of the program's own. */
export const SERVICE_INDEX = 1
/** Code of the command `request`, and of its reports. */
export const REQUEST = 0x80

/** Operations by number. */
export const Operation = {
    Info: 1,
    Tasks: 2,
    Stats: 3,
    Lines: 4,
    Files: 5,
    File: 6,
    Levels: 7,
    Handlers: 8,
    Settings: 9,
    Config: 10,
    Watch: 11,
    Options: 12,
    Slots: 13,
    Start: 64,
    Stop: 65,
    Restart: 66,
    Enable: 67,
    Disable: 68,
    Level: 69,
    Set: 70,
    Time: 71,
    SafeMode: 72,
    Reboot: 73,
    Offer: 74,
} as const
export type OperationName = keyof typeof Operation
/** The first operation that changes something. */
const FIRST_CHANGE = Operation.Start

export const Kind = { Part: 0, End: 1, Error: 2 } as const
/** What ends an item, and what separates its value from its text. */
const ITEM_END = 0x1e
const TEXT_FOLLOWS = 0x1f
export const Event = { Lines: 0x80, Tasks: 0x81 } as const

/** Longest payload of a packet. */
export const MAX_PAYLOAD = 236
const REQUEST_HEAD = 5
const REPORT_HEAD = 7

/** Whether an operation changes something, so that it must not be carried out twice. */
export function isChange(operation: OperationName): boolean {
    return Operation[operation] >= FIRST_CHANGE
}

/**
 * The payload of a request.
 * @throws RangeError when it does not fit into a packet, or an argument holds a zero byte
 */
export function encodeRequest(
    id: number,
    operation: OperationName,
    args: readonly string[]
): Buffer {
    const head = Buffer.alloc(REQUEST_HEAD)
    head.writeUInt32LE(id)
    head[4] = Operation[operation]
    if (args.some(arg => arg.includes("\0")))
        throw new RangeError(`${operation}: an argument holds a zero byte`)
    const payload = Buffer.concat([
        head,
        ...args.map(arg => Buffer.from(`${arg}\0`)),
    ])
    if (payload.length > MAX_PAYLOAD)
        throw new RangeError(
            `${operation}: ${payload.length} bytes, a request has ${MAX_PAYLOAD} at most`
        )
    return payload
}

/** Most bytes that the arguments of a request take, each with one more. */
export const MAX_ARGUMENT_BYTES = MAX_PAYLOAD - REQUEST_HEAD

/** Most arguments that a board takes with a request. */
export const MAX_ARGUMENTS = 32

/** A report, taken apart. */
export interface Report {
    id: number
    index: number
    kind: number
    data: Buffer
}

/** Takes the payload of a report apart; undefined when it is none. */
export function decodeReport(payload: Uint8Array): Report | undefined {
    if (payload.length < REPORT_HEAD) return undefined
    const bytes = Buffer.from(payload)
    return {
        id: bytes.readUInt32LE(0),
        index: bytes.readUInt16LE(4),
        kind: bytes[6]!,
        data: bytes.subarray(REPORT_HEAD),
    }
}

/** An item of an answer: a JSON value, and the text that may follow it. */
export interface Item {
    value: unknown
    text: string
}

/** Takes whole items out of data. @returns them, and the bytes after them */
export function splitItems(data: Buffer): { items: Item[]; rest: Buffer } {
    const items: Item[] = []
    for (;;) {
        const end = data.indexOf(ITEM_END)
        if (end < 0) return { items, rest: data }
        items.push(decodeItem(data.subarray(0, end)))
        data = data.subarray(end + 1)
    }
}

/** @throws SyntaxError when it holds no JSON */
function decodeItem(data: Buffer): Item {
    const end = data.indexOf(TEXT_FOLLOWS)
    return {
        value: parseJson(end < 0 ? data : data.subarray(0, end)),
        text: end < 0 ? "" : data.subarray(end + 1).toString(),
    }
}

/** In JSON a text, or the `:` of a number for which the VM writes `:` in place of its first digits `10`. */
const TEXTS_AND_COLONS = /"(?:[^"\\]|\\.)*"|(?<=(?:^|[[:,])-?):/g

/**
 * Parses JSON of a board. The VM of the simulator writes each byte of UTF-8 above 0x7f as
 * `\u00XX`, that of a board as it is: with the bytes put back both are the same. A fraction that the VM
 * rounds up to a power of ten has `:` for its first two digits: 9.9999999 is `:`, 99.9999999 `:0`.
 */
export function parseJson(json: Buffer): unknown {
    const bytes = json
        .toString("latin1")
        .replace(TEXTS_AND_COLONS, found => (found === ":" ? "10" : found))
        .replace(/\\(u00([89a-f][0-9a-f])|.)/gi, (escape, _, code?: string) =>
            code ? String.fromCharCode(parseInt(code, 16)) : escape
        )
    return JSON.parse(Buffer.from(bytes, "latin1").toString())
}
