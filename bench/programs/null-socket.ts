import {
    Connection,
    NetSocket,
    QUEUED,
    SocketListener,
    SocketProto,
} from "../../src/platform"

/** A connection that takes everything and keeps nothing. */
class NullConnection implements Connection {
    write() {
        return QUEUED
    }

    close(): void {}
}

/** A socket whose every connection is open at once and takes everything. */
export class NullSocket implements NetSocket {
    open(
        host: string,
        port: number,
        proto: SocketProto,
        listener: SocketListener
    ): Connection {
        const later = async () => listener.opened()
        later.start()
        return new NullConnection()
    }

    disconnect(): void {}
}
