/** The network of a simulated board: Node's sockets, which behave as those of an ESP32. */
import { createRequire } from "node:module"
import net from "node:net"
import tls from "node:tls"

/** What a board reads of its socket in one piece, in bytes. */
const READ_SIZE = 1024
/** What a board takes from the network at most before its program runs on, in bytes. */
const TCP_WINDOW = 5744
/** How long the program then runs, in ms. */
const TURN_MS = 10

/** What is hooked of a socket: any event, whatever it brings. */
interface VmSocket {
    on(event: string, listener: (data: Buffer) => void): unknown
    once(event: string, listener: () => void): unknown
    read(size: number): Buffer | null
    readonly readableLength: number
}

const require = createRequire(import.meta.url)

/** What the VM takes from `net` and `tls`. */
const NETWORK = new Map<string, object>([
    [
        "net",
        {
            createConnection: (address: net.NetConnectOpts) =>
                readAsBoard(withReason(net.createConnection(address))),
        },
    ],
    [
        "tls",
        {
            connect: (address: tls.ConnectionOptions) =>
                openAfterHandshake(
                    readAsBoard(withReason(tls.connect(address)))
                ),
        },
    ],
])

/** What the VM gets for the name of a module. */
export function loadForBoard(name: string): unknown {
    return NETWORK.get(name) ?? require(name)
}

/**
 * The tool tells the VM that a TLS socket is open at the TCP connect; a board's mbedTLS tells it
 * after the handshake, and only when the certificate is trusted.
 */
function openAfterHandshake(socket: VmSocket): VmSocket {
    const { once } = socket
    socket.once = (event, listener) => {
        if (event !== "connect") return once.call(socket, event, listener)
        // Node's own waits for the TCP connect come later, and have to be left alone
        socket.once = once
        return once.call(socket, "secureConnect", listener)
    }
    return socket
}

/**
 * The VM gets the message of an error. That of Node is empty when a name has several addresses and
 * none of them answers.
 */
function withReason(socket: net.Socket): net.Socket {
    // before the VM's listener, which is called with the same error
    return socket.on("error", error => {
        if (error instanceof AggregateError && !error.message)
            error.message = error.errors
                .map((one: Error) => one.message)
                .join(", ")
    })
}

/**
 * The tool hands the VM whatever Node read, up to 64 KB in one piece, for which no heap has room. A
 * board reads 1 KB at a time, and at most what fits its TCP window before the VM runs again
 * (devicescript-esp32, main/sock.c and lwIP's TCP_WND).
 */
function readAsBoard(socket: VmSocket): VmSocket {
    const { on } = socket
    socket.on = (event: string, listener) => {
        if (event !== "data") return on.call(socket, event, listener)
        let waiting = false
        const read = () => {
            if (waiting) return
            for (let left = TCP_WINDOW; left > 0;) {
                const size = Math.min(READ_SIZE, left, socket.readableLength)
                const piece = size > 0 && socket.read(size)
                if (!piece) {
                    // finds the end of the stream, or asks for more
                    socket.read(0)
                    return
                }
                left -= piece.length
                listener(piece)
            }
            waiting = true
            setTimeout(() => {
                waiting = false
                read()
            }, TURN_MS)
        }
        return on.call(socket, "readable", read)
    }
    return socket
}
