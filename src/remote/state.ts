import type * as ds from "@devicescript/core"
import type { RemoteParts } from "./parts"

/** Most bytes of data in a report: 236 less its head. */
export const PAGE_BYTES = 229

/** A request that is being served. */
export interface Call {
    server: RemoteServer
    /** Arguments as the client sent them, unchecked. */
    args: string[]
    id: number
    operation: number
    /** Reports sent so far. */
    index: number
    /** Data of the next report, and how many bytes of it there are. */
    page: Buffer
    used: number
}

/** State of the service, and the parts that it serves: one object, as two take more heap. */
export interface RemoteServer extends RemoteParts {
    access: ds.FiberdAccess
    /** Packets that are being served, and the requests among them that wait for tasks. */
    busy: number
    waiting: number
    /** Ids of the last changes, oldest first. */
    readonly ids: number[]
    /** The arguments of the first requests of a change of settings that takes several. */
    args?: string[][]
    /** Uptime until which events are sent, in ms; 0 while no client watches. */
    watchedUntil: number
    /** Number of changes of tasks seen while a client watched. */
    taskChanges: number
}

/** A server that has not been started. It is the object of `parts`, with further fields. */
export function newServer(
    parts: RemoteParts,
    access: ds.FiberdAccess
): RemoteServer {
    return Object.assign(parts, {
        access,
        busy: 0,
        waiting: 0,
        ids: [],
        watchedUntil: 0,
        taskChanges: 0,
    })
}

/** A request before it is served. */
export function newCall(
    server: RemoteServer,
    id: number,
    operation: number,
    args: string[]
): Call {
    const page = Buffer.alloc(PAGE_BYTES)
    return { server, args, id, operation, index: 0, page, used: 0 }
}
