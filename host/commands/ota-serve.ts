import { once } from "node:events"
import { statSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { listenError, UsageError } from "../errors.ts"
import { withPath } from "../files.ts"
import { complain, printLive } from "../output.ts"
import { listFiles, type ServeEvent, serveFolder } from "../ota/index.ts"
import { printable, printableJson } from "../printable.ts"
import { urlHost } from "../words.ts"
import { printJson } from "./board.ts"
import { endOfService } from "./signals.ts"

/** Options of `fiberctl ota serve`. */
export interface ServeOptions {
    port: number
    host: string
    json?: boolean
}

/** Runs `fiberctl ota serve` until it is interrupted. */
export async function serve(
    folder: string,
    { port, host, json }: ServeOptions
): Promise<void> {
    if (!withPath(folder, () => statSync(folder)).isDirectory())
        throw new UsageError(`"${folder}" is no folder`)
    const { files, faulty, isCut } = withPath(folder, () => listFiles(folder))
    const show = (event: ServeEvent) =>
        printLive(json ? printableJson(event) : printable(line(event)))
    const server = serveFolder(folder, show)
    server.listen(port, host)
    try {
        await once(server, "listening")
    } catch (error) {
        throw listenError(host, port, error as NodeJS.ErrnoException)
    }
    const { port: actual } = server.address() as AddressInfo
    const url = `http://${urlHost(host)}:${actual}/`
    // who reads the address may end it at once
    const ended = endOfService()
    if (json) printJson({ url, files })
    else {
        console.log(`serving "${folder}" at ${url}`)
        for (const { name, version, hash } of files)
            console.log(
                `  ${printable(name)}: version ${version}, hash ${hash}`
            )
    }
    if (isCut)
        complain(
            `"${folder}" has too many files to list them all; all are served`
        )
    for (const { name, problem } of faulty)
        complain(`${name}: not served, it ${problem}`)
    await ended
    server.closeAllConnections()
    server.close()
}

/** One request as a line: when, what, and which board has what. */
function line({
    time,
    method,
    path,
    status,
    sent,
    problem,
    board,
}: ServeEvent): string {
    const parts = [time.slice(11, 19), method, path.slice(0, 100), status]
    if (problem) parts.push(`(the file ${problem})`)
    if (sent !== undefined) parts.push(`sent version ${sent}`)
    if (board?.device) {
        const { device, version, state, reason } = board
        parts.push(`${device} has version ${version}: ${state}`)
        if (reason) parts.push(`(${reason})`)
    }
    return parts.join(" ")
}
