// The Jacdac side of the remote service: receives requests, sends answers, and limits both. The
// protocol is services/fiberd.md; its operations are in operations.ts.
//
// The VM starts a fiber for each packet that is sent to the program's own device. Nothing in a packet
// may end that fiber with an exception, which would restart the whole program, and no number of
// packets may fill the heap.
import * as ds from "@devicescript/core"
import {
    Hooks,
    remoteError,
    report,
    send,
    SERVICE_INDEX,
    write,
} from "./answer"
import { carryOut } from "./operations"
import { Call, newCall, PAGE_BYTES, RemoteServer } from "./state"

/** Version of the protocol. */
export const VERSION = 1
/** Flags of the control service's `announce`: restart counter at its maximum, no acknowledgements. */
const ANNOUNCE_FLAGS = 0x0f
/** Time between two announcements of the device, ms. */
const ANNOUNCE_MS = 500
/**
 * Most packets that are served at a time, besides requests that wait for tasks. More are dropped;
 * the client asks again.
 */
const MAX_BUSY = 4
/** Number of the last changes whose ids are kept, so that none is carried out twice. */
const KEPT_IDS = 8
/** First operation that changes something. */
const FIRST_CHANGE = ds.FiberdOperation.Start
/** Bytes of a request before its arguments: id and operation. */
const REQUEST_HEAD = 5
/** Most arguments of a request; more are ignored. */
const MAX_ARGUMENTS = 32

/** Puts the service on the bus. May be called once in a program, as the VM has one hook. */
export function startServer(server: RemoteServer): void {
    ;(ds as Hooks)._onServerPacket = async packet => {
        if (packet.isReport || server.busy - server.waiting >= MAX_BUSY) return
        server.busy++
        try {
            await receive(server, packet)
        } catch (e: any) {
            // the packet is malformed, or the bus is gone: the client asks again
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

async function answerRequest(
    server: RemoteServer,
    payload: Buffer
): Promise<void> {
    const id = payload.getAt(0, "u32")
    const call = newCall(server, id, payload[4], argumentsOf(payload))
    try {
        if (call.operation >= FIRST_CHANGE) noteChange(call)
        await carryOut(call)
        await report(call, ds.FiberdKind.End)
    } catch (e: any) {
        call.used = 0
        await write(call, failureOf(e))
        await report(call, ds.FiberdKind.Error)
    }
}

/** Name and message of whatever was thrown, as JSON. */
function failureOf(thrown: any): string {
    const { name, message } =
        thrown instanceof Error ? thrown : new Error("" + thrown)
    let length = message.length
    let shown = message
    while (true) {
        const text = JSON.stringify([name, shown])
        // one report has to hold it; JSON takes 12 bytes for a character that is not ASCII
        if (text.byteLength <= PAGE_BYTES || length === 0) return text
        length = (length * 3) >> 2
        shown = message.slice(0, length) + "..."
    }
}

/** Notes the id of a change. @throws AccessError without full access, RepeatedError for a known id */
function noteChange({ server, id }: Call): void {
    const { ids, access } = server
    if (access !== ds.FiberdAccess.Full)
        throw remoteError("AccessError", "REMOTE=full is wanted for changes")
    if (ids.indexOf(id) >= 0)
        throw remoteError("RepeatedError", "this was asked for before")
    ids.push(id)
    if (ids.length > KEPT_IDS) ids.shift()
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
