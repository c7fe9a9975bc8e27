import type { AddressInfo, Server } from "node:net"
import { listenError } from "../errors.ts"

const HOST = "127.0.0.1"

/**
 * Lets `server` listen on 127.0.0.1. @returns the port, chosen by the system when `port` is 0
 * @throws UsageError when the port is taken or not allowed
 */
export function listen(server: Server, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
        const failed = (error: NodeJS.ErrnoException) =>
            reject(listenError(HOST, port, error))
        server.once("error", failed)
        server.listen(port, HOST, () => {
            server.off("error", failed)
            resolve((server.address() as AddressInfo).port)
        })
    })
}
