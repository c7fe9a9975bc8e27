import {
    Connection,
    NetSocket,
    SocketListener,
    SocketProto,
    SystemSocket,
    WriteResult,
} from "../../../src/platform"

/** A connection that reports each use of it to its socket. */
class WatchedConnection implements Connection {
    constructor(
        private readonly socket: WatchedSocket,
        private readonly inner: Connection
    ) {}

    write(data: string | Buffer): WriteResult {
        this.socket.use()
        return this.inner.write(data)
    }

    close(): void {
        this.socket.isOpen = false
        this.inner.close()
    }
}

/** The VM's socket, which counts uses of it by one owner while it is lent to another. */
export class WatchedSocket implements NetSocket {
    /** Uses of the socket while it was lent, and loans of a socket that was still in use. */
    trespasses = 0
    /** Whether a connection that was made here is still in use. */
    isOpen = false
    private isLent = false
    private readonly inner = new SystemSocket()

    open(
        host: string,
        port: number,
        proto: SocketProto,
        listener: SocketListener
    ): Connection {
        this.use()
        this.isOpen = true
        const inner = this.inner.open(host, port, proto, listener)
        return new WatchedConnection(this, inner)
    }

    disconnect(): void {
        this.isOpen = false
        this.inner.disconnect()
    }

    /** Called at each use of the socket. */
    use(): void {
        if (this.isLent) this.trespasses++
    }

    /** Called when the socket is lent, and when it is given back. */
    lend(isLent: boolean): void {
        if (isLent && this.isOpen) this.trespasses++
        this.isLent = isLent
    }
}
