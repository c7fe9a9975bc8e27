import type * as ds from "@devicescript/core"
import type { RemoteParts } from "./parts"

/** Most bytes of data in a report: 236 less its head. */
export const PAGE_BYTES = 229
/** Ids of the last changes, which are not carried out twice. */
export const KEPT_IDS = 8

/**
 * Sends events while somebody wants them: a client asks again before its time is over, so that
 * one that goes away leaves nothing behind.
 */
export interface Watcher {
    /** When the watching ends, in ms; 0 while nobody watches. */
    until: number
    /** Index of the next line, as sent last. */
    lines: number
    /** Changes of the tasks that were seen while somebody watched. */
    changes: number
}

/** A request that is served. */
export interface Call {
    server: RemoteServer
    parts: RemoteParts
    watcher: Watcher
    /** Texts of the client's, unchecked. */
    args: string[]
    id: number
    /** Reports sent so far. */
    index: number
    /** Data of the next report, and how many bytes of it there are. */
    page: Buffer
    used: number
}

/** Carries out one operation; what it throws becomes the answer's error. */
export type Operation = (call: Call) => Promise<void>

/** State of the service. */
export interface RemoteServer {
    access: ds.FiberdAccess
    parts: RemoteParts
    watcher: Watcher
    /** By number, from `Info` on. */
    reads: Operation[]
    /** By number, from `Start` on. */
    changes: Operation[]
    busy: number
    waiting: number
    /** The last `KEPT_IDS` ids of changes, u32 each, and how many there have been. */
    ids: Buffer
    changed: number
}

/** A server that has not been started. */
export function newServer(
    parts: RemoteParts,
    access: ds.FiberdAccess,
    reads: Operation[],
    changes: Operation[]
): RemoteServer {
    return {
        access,
        parts,
        watcher: { until: 0, lines: 0, changes: 0 },
        reads,
        changes,
        busy: 0,
        waiting: 0,
        ids: Buffer.alloc(KEPT_IDS * 4),
        changed: 0,
    }
}

/** A request that is to be served. */
export function newCall(
    server: RemoteServer,
    id: number,
    args: string[]
): Call {
    const { parts, watcher } = server
    const page = Buffer.alloc(PAGE_BYTES)
    return { server, parts, watcher, args, id, index: 0, page, used: 0 }
}
