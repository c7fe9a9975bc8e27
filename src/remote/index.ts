import * as ds from "@devicescript/core"
import type { RemoteParts } from "./parts"
import { startServer } from "./server"
import { newServer } from "./state"

export { LogPipe, pipeFile, pipeLog, UnderWay } from "./pipe"
export type { RemoteConfig, RemoteParts, RemoteSettings } from "./parts"

/**
 * Serves fiberctl and other Jacdac clients (services/fiberd.md): shows tasks, log and settings and,
 * unless `isReadOnly`, changes them. May be called once in a program.
 * @param parts the object is taken over: do not change it afterwards
 */
export function startRemote(parts: RemoteParts, isReadOnly?: boolean): void {
    const access = isReadOnly ? ds.FiberdAccess.Read : ds.FiberdAccess.Full
    startServer(newServer(parts, access))
}
