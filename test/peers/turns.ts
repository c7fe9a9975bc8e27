import type { Socket } from "node:net"

/** Watches connections that must not be open at the same time, whoever accepts them. */
export class Turns {
    /** Longest time that two were open at once, ms. */
    overlap = 0
    private readonly open = new Set<Socket>()
    private since = 0

    /** Watches a connection that was just accepted, until the other side has ended it. */
    watch(socket: Socket): void {
        this.open.add(socket)
        if (this.open.size === 2) this.since = performance.now()
        const end = () => {
            if (this.open.delete(socket) && this.open.size === 1)
                this.overlap = Math.max(
                    this.overlap,
                    performance.now() - this.since
                )
        }
        socket.on("end", end)
        socket.on("close", end)
    }
}
