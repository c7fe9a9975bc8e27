import * as ds from "@devicescript/core"
import { namedError } from "./errors"
import { AtOnce } from "./fibers"

/** How a connection is protected. On a board `tls` trusts the built-in CA bundle only. */
export type SocketProto = "tcp" | "tls"

/** Result of a write. */
export type WriteResult = number
/** Taken by the network stack. It may not be sent yet; the VM does not report when it is. */
export const QUEUED: WriteResult = 0
/** The stack's own queue is full: nothing was taken. Try the same bytes again later. */
export const WOULD_BLOCK: WriteResult = -1
/** The connection is gone: nothing was taken. */
export const DISCONNECTED: WriteResult = -2

/** What a connection reports to its user. Called in fibers of the VM; must not throw or wait. */
export interface SocketListener {
    /** Connected. With `tls` the handshake may still be under way, and may still fail. */
    opened(): AtOnce
    received(data: Buffer): AtOnce
    /** Called once, when the peer closes (no reason) or on an error; not after `close`. */
    closed(reason: string | undefined): AtOnce
}

/** One connection. It cannot be opened again. */
export interface Connection {
    /** Hands over all bytes or none; a board takes at most about 1 KB at a time. Never throws. */
    write(data: string | Buffer): WriteResult
    /** Ends the connection. What was queued may still be sent. Never throws. */
    close(): void
}

/** The VM's one socket: opening a connection ends the one before. */
export interface NetSocket {
    /**
     * Starts to connect. `listener.opened` or `listener.closed` follows, or neither: set a time limit.
     * @throws an error of name SocketError when the VM refuses, as without a network
     */
    open(
        host: string,
        port: number,
        proto: SocketProto,
        listener: SocketListener
    ): Connection
    /** Ends the connection, whichever part opened it. */
    disconnect(): void
}

/** The error `SocketError`: the VM refuses to connect; the message names the address. */
function socketError(address: string, problem: string): Error {
    return namedError("SocketError", `${address}: ${problem}`)
}

type SocketEvent = "open" | "close" | "data" | "error"

interface SocketNatives {
    _socketOpen(host: string, port: number): number
    _socketClose(): number
    _socketWrite(data: string | Buffer): number
    _socketOnEvent(event: SocketEvent, arg?: Buffer | string): void
}

const natives = ds as unknown as SocketNatives

/** The last connection. A VM has one socket, so this belongs to the module and not to an object. */
let current: SystemConnection
/** Its function for events; the VM has another one when somebody else has opened a connection since. */
let handler: SocketNatives["_socketOnEvent"]

/** @devsWhenUsed */
class SystemConnection implements Connection {
    /** Whether it is over: no more calls of the listener. */
    ended = false
    private isOpen = false

    constructor(private readonly listener: SocketListener) {}

    write(data: string | Buffer): WriteResult {
        // the bytes would go to whomever that other connection is to
        if (this.ended || natives._socketOnEvent !== handler)
            return DISCONNECTED
        const code = natives._socketWrite(data)
        if (code === 0) return QUEUED
        return code === -1 ? WOULD_BLOCK : DISCONNECTED
    }

    close(): void {
        if (this.ended) return
        this.ended = true
        if (natives._socketOnEvent === handler) natives._socketClose()
    }

    onEvent(event: SocketEvent, arg?: Buffer | string): void {
        if (this.ended) return
        if (event === "data") this.listener.received(arg as Buffer)
        else if (event === "open") {
            // after a second connect a board may report the first one late
            if (this.isOpen) return
            this.isOpen = true
            this.listener.opened()
        } else {
            this.ended = true
            this.listener.closed(
                event === "error" ? "" + arg || "error" : undefined
            )
        }
    }
}

/**
 * The VM's socket, through its natives. `Socket` of `@devicescript/net` is not used, as it throws
 * on back-pressure and logs each event. Both may be used, one after the other.
 *
 * @devsWhenUsed
 */
export class SystemSocket implements NetSocket {
    open(
        host: string,
        port: number,
        proto: SocketProto,
        listener: SocketListener
    ): Connection {
        // somebody who has opened one without the arbiter waits for its events
        if (natives._socketOnEvent !== handler) this.disconnect()
        if (current) current.ended = true
        const connection = new SystemConnection(listener)
        current = connection
        // The VM looks up the function when an event happens, and runs it later in a fiber. Each
        // connection has its own, so that late events of an old one do not reach a new one.
        handler = connection.onEvent
        natives._socketOnEvent = handler
        try {
            // a negative port asks for TLS
            natives._socketOpen(host, proto === "tls" ? -port : port)
        } catch (e: any) {
            connection.ended = true
            throw socketError(`${proto}://${host}:${port}`, e.message)
        }
        return connection
    }

    disconnect(): void {
        if (current) current.ended = true
        // tells a fiber that waits for an event of the connection, as `fetch` does, that it is over: at
        // once, as `@devicescript/net` would take it for an event of the next connection
        const onEvent = natives._socketOnEvent
        if (natives._socketClose() === 0 && onEvent !== undefined)
            try {
                onEvent("close")
            } catch (e: any) {
                // a handler that somebody set: who closes the connection must not fail because of it
            }
    }
}
