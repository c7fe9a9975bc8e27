// The Jacdac side of the remote service: what comes in, what goes out, and the bounds of both.
// The protocol is services/fiberd.md; what its operations do is in operations.ts.
//
// The VM starts a fiber for each packet that is sent to the program's own device. Nothing that a
// packet holds may end that fiber with an exception, which would restart the whole program, and
// no number of packets may fill the heap.
import * as ds from "@devicescript/core"
import {
    Call,
    KEPT_IDS,
    newCall,
    Operation,
    PAGE_BYTES,
    RemoteServer,
} from "./state"

/** Version of the protocol. */
export const VERSION = 1
/** Place of the service on the program's own device; 0 is its control service. */
const SERVICE_INDEX = 1
/** What announces the device: `Announce` flags, restart counter at its top, no acknowledgements. */
const ANNOUNCE_FLAGS = 0x0f
const ANNOUNCE_MS = 500
/** Requests and other packets that are served at a time; more are dropped, the client repeats. */
const MAX_BUSY = 4
/** Requests that wait for a task at a time; one more is refused. */
const MAX_WAITING = 4
/** First operation that changes something. */
export const FIRST_CHANGE = ds.FiberdOperation.Start
/** Id and operation of a request. */
const REQUEST_HEAD = 5
/** Most arguments of a request. */
const MAX_ARGUMENTS = 32
/** Ends an item of an answer, and stands between its value and its text. */
const ITEM_END = "\u001e"
const TEXT_FOLLOWS = "\u001f"

/** The VM's hooks for services of the program's own; the library does not declare them. */
type Hooks = typeof ds & {
    _onServerPacket: (packet: ds.Packet) => Promise<void>
    _serverSend: (serviceIndex: number, packet: ds.Packet) => Promise<void>
}

/** Puts the service on the bus. There is one in a program: the VM has one hook. */
export function startServer(server: RemoteServer): void {
    ;(ds as Hooks)._onServerPacket = async packet => {
        if (packet.isReport || server.busy >= MAX_BUSY) return
        server.busy++
        try {
            await receive(server, packet)
        } catch (e: any) {
            // the packet makes no sense, or the bus is gone: the client asks again
        }
        server.busy--
    }
    announce.start()
}

async function announce(): Promise<void> {
    const { response } = ds.Control.spec.lookup("announce")
    while (true) {
        await (ds as Hooks)._serverSend(
            0,
            response.encode([
                ANNOUNCE_FLAGS,
                0,
                0,
                ds.Fiberd.spec.classIdentifier,
            ])
        )
        await ds.sleep(ANNOUNCE_MS)
    }
}

async function receive(server: RemoteServer, packet: ds.Packet): Promise<void> {
    const { serviceIndex, serviceCommand, payload } = packet
    if (serviceIndex === SERVICE_INDEX) {
        if (
            serviceCommand === ds.FiberdCodes.CmdRequest &&
            payload.length >= REQUEST_HEAD
        )
            return await answerRequest(server, payload)
        if (packet.isRegGet) {
            const code = packet.regCode | 0x1000
            if (code === ds.FiberdCodes.RegVersion)
                return await send(
                    ds.Fiberd.spec.lookup("version").encode(VERSION)
                )
            if (code === ds.FiberdCodes.RegAccess)
                return await send(
                    ds.Fiberd.spec.lookup("access").encode(server.access)
                )
        }
    }
    await (ds as Hooks)._serverSend(serviceIndex, packet.notImplemented())
}

async function send(packet: ds.Packet): Promise<void> {
    await (ds as Hooks)._serverSend(SERVICE_INDEX, packet)
}

async function answerRequest(
    server: RemoteServer,
    payload: Buffer
): Promise<void> {
    const id = payload.getAt(0, "u32")
    const call = newCall(server, id, payload[4], argumentsOf(payload))
    try {
        await operationOf(call)(call)
        await report(call, ds.FiberdKind.End)
    } catch (e: any) {
        call.used = 0
        await write(call, failureOf(e))
        await report(call, ds.FiberdKind.Error)
    }
}

/** Name and message of whatever was thrown, as JSON. */
function failureOf(thrown: any): string {
    const error = thrown instanceof Error ? thrown : new Error("" + thrown)
    return JSON.stringify([error.name, error.message])
}

/** @throws AccessError, UnknownOperationError, RepeatedError */
function operationOf({ server, id, operation: number }: Call): Operation {
    const operation = server.find(number)
    if (!operation)
        throw remoteError("UnknownOperationError", `no operation ${number}`)
    if (number < FIRST_CHANGE) return operation
    if (server.access !== ds.FiberdAccess.Full)
        throw remoteError("AccessError", "REMOTE=full is wanted for changes")
    noteChange(server, id)
    return operation
}

/** Notes the id of a change. @throws RepeatedError when it was noted before */
function noteChange(server: RemoteServer, id: number): void {
    const { ids, changed } = server
    for (let i = 0; i < Math.min(changed, KEPT_IDS); ++i)
        if (ids.getAt(i * 4, "u32") === id)
            throw remoteError("RepeatedError", "this was asked for before")
    ids.setAt((changed % KEPT_IDS) * 4, "u32", id)
    server.changed = changed + 1
}

/** The texts after the head of a request, each ended by a zero byte. */
function argumentsOf(payload: Buffer): string[] {
    const args: string[] = []
    let from = REQUEST_HEAD
    while (from < payload.length && args.length < MAX_ARGUMENTS) {
        let end = payload.indexOf(0, from)
        if (end < 0) end = payload.length
        args.push(payload.slice(from, end).toString())
        from = end + 1
    }
    return args
}

/**
 * Sends an item of an answer, with others in one report where they fit.
 * @param value what JSON can write
 * @param text a line, sent as it is behind the value
 */
export async function sendItem(
    call: Call,
    value: unknown,
    text?: string
): Promise<void> {
    await write(call, JSON.stringify(value))
    if (text !== undefined) {
        await write(call, TEXT_FOLLOWS)
        await write(call, text)
    }
    await write(call, ITEM_END)
}

/** Adds a text to the page of a call, and sends each page that is full. */
async function write(call: Call, text: string): Promise<void> {
    const { page } = call
    const length = text.byteLength
    let from = 0
    while (from < length) {
        if (call.used === PAGE_BYTES) await report(call, ds.FiberdKind.Part)
        const count = Math.min(PAGE_BYTES - call.used, length - from)
        page.blitAt(call.used, text, from, count)
        call.used += count
        from += count
    }
}

/** Sends the page of a call. */
async function report(call: Call, kind: ds.FiberdKind): Promise<void> {
    const { response } = ds.Fiberd.spec.lookup("request")
    const data = call.page.slice(0, call.used)
    call.used = 0
    await send(response.encode([call.id, call.index++, kind, data]))
}

/**
 * Waits for `work` of a request without holding up others.
 * @throws BusyError when too many wait already
 */
export async function waitFor(
    { server }: Call,
    work: () => Promise<void>
): Promise<void> {
    if (server.waiting >= MAX_WAITING)
        throw remoteError("BusyError", `${MAX_WAITING} requests wait already`)
    server.waiting++
    server.busy--
    try {
        await work()
    } finally {
        server.waiting--
        server.busy++
    }
}

/** Sends an event. */
export async function sendEvent(packet: ds.Packet): Promise<void> {
    // gives the event its number
    await (ds as Hooks)._serverSend(0x100, packet)
    await send(packet)
}

/** An error whose name a client tells apart. */
export function remoteError(name: string, message: string): Error {
    const error = new Error(message)
    error.name = name
    return error
}
