import {
    Connection,
    DISCONNECTED,
    NetSocket,
    QUEUED,
    SocketListener,
    SocketProto,
    WOULD_BLOCK,
    WriteResult,
} from "../platform"

/** A connection of `FakeSocket`: the test acts as the peer. */
export class FakeConnection implements Connection {
    /** Everything that was written, as one text. */
    sent = ""
    /** One entry for each accepted write. */
    readonly writes: string[] = []
    isClosed = false
    /** While true, writes return WOULD_BLOCK. */
    blocked = false
    /** Writes to accept before they return WOULD_BLOCK; no limit when undefined. */
    takes: number
    /** How many of these to return then; always when undefined. */
    refuses: number

    constructor(
        readonly address: string,
        readonly listener: SocketListener
    ) {}

    write(data: string | Buffer): WriteResult {
        if (this.isClosed) return DISCONNECTED
        if (this.blocked) return WOULD_BLOCK
        if (this.takes === 0) {
            if (this.refuses > 0 && --this.refuses === 0) this.takes = undefined
            return WOULD_BLOCK
        }
        if (this.takes > 0) this.takes--
        const text = typeof data === "string" ? data : data.toString()
        this.sent = this.sent + text
        this.writes.push(text)
        return QUEUED
    }

    close(): void {
        this.isClosed = true
    }

    /** Acts as a peer that accepts the connection. */
    accept(): void {
        if (!this.isClosed) this.listener.opened()
    }

    /** Acts as a peer that sends `text`. */
    answer(text: string): void {
        this.listener.received(Buffer.from(text))
    }

    /** Breaks the connection, for `reason`. */
    fail(reason?: string): void {
        this.isClosed = true
        this.listener.closed(reason)
    }
}

/** A socket for tests: a connection succeeds soon after `open`, or fails if `accepts` is false. */
export class FakeSocket implements NetSocket {
    readonly connections: FakeConnection[] = []
    accepts = true
    disconnects = 0

    open(
        host: string,
        port: number,
        proto: SocketProto,
        listener: SocketListener
    ): Connection {
        const connection = new FakeConnection(
            `${proto}://${host}:${port}`,
            listener
        )
        this.connections.push(connection)
        const { accepts } = this
        const later = async () => {
            if (accepts) connection.accept()
            else connection.fail("refused")
        }
        later.start()
        return connection
    }

    disconnect(): void {
        this.disconnects++
    }
}
