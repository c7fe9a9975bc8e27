import {
    Connection,
    NetSocket,
    SocketListener,
    SocketProto,
    SystemSocket,
    WriteResult,
} from "../../../src/platform"

/** A connection that tells its socket what is done with it. */
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

/** The VM's socket, which counts what is done with it while somebody else has it. */
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

    /** Somebody uses the socket. */
    use(): void {
        if (this.isLent) this.trespasses++
    }

    /** Somebody else has the socket from now on, or has it no more. */
    lend(isLent: boolean): void {
        if (isLent && this.isOpen) this.trespasses++
        this.isLent = isLent
    }
}
