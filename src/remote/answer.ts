// What is sent to clients: answers in pages, events, errors.
import * as ds from "@devicescript/core"
import { Call, PAGE_BYTES } from "./state"

/** Index of the service on the program's own device; 0 is its control service. */
export const SERVICE_INDEX = 1
/** Ends an item of an answer, and separates its value from its text. */
const ITEM_END = "\u001e"
const TEXT_FOLLOWS = "\u001f"

/** The VM's hooks for services that a program provides; the library does not declare them. */
export type Hooks = typeof ds & {
    _onServerPacket: (packet: ds.Packet) => Promise<void>
    _serverSend: (serviceIndex: number, packet: ds.Packet) => Promise<void>
}

/**
 * Sends an item of an answer; items that fit into one report share it.
 * @param value is sent as JSON
 * @param text a line, sent unchanged after the value
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

/** Adds a text to the page of a call; sends a full page when more follows. */
export async function write(call: Call, text: string): Promise<void> {
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
export async function report(call: Call, kind: ds.FiberdKind): Promise<void> {
    const { response } = ds.Fiberd.spec.lookup("request")
    const data = call.page.slice(0, call.used)
    call.used = 0
    await send(response.encode([call.id, call.index++, kind, data]))
}

/** Sends an event. */
export async function sendEvent(packet: ds.Packet): Promise<void> {
    // only numbers the event: the VM takes this for no service index
    await (ds as Hooks)._serverSend(0x100, packet)
    await send(packet)
}

/** An error; clients tell errors apart by their names. */
export { namedError as remoteError } from "../platform"

export async function send(packet: ds.Packet): Promise<void> {
    await (ds as Hooks)._serverSend(SERVICE_INDEX, packet)
}
