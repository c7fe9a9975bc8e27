import type { AddressInfo, Server } from "node:net"
import { UsageError } from "../errors.ts"

/**
 * Lets `server` listen on 127.0.0.1. @returns the port, chosen by the system when `port` is 0
 * @throws UsageError when the port is taken or not allowed
 */
export function listen(server: Server, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
        const failed = (error: NodeJS.ErrnoException) =>
            reject(
                new UsageError(
                    error.code === "EADDRINUSE"
                        ? `port ${port} is in use`
                        : `cannot listen on port ${port}: ${error.message}`
                )
            )
        server.once("error", failed)
        server.listen(port, "127.0.0.1", () => {
            server.off("error", failed)
            resolve((server.address() as AddressInfo).port)
        })
    })
}
