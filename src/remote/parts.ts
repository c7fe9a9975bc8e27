import type * as ds from "@devicescript/core"
import type { LogSystem, RingHandler } from "../log"
import type { FileRotationHandler } from "../flashlog"
import type { Clock, FlashSlots } from "../platform"
import type { TaskRegistry } from "../tasks"

/** What a program lets be asked of it and be controlled; what is left out is refused. */
export interface RemoteParts {
    clock: Clock
    tasks: TaskRegistry
    log: LogSystem
    /** The last lines, in RAM. */
    ring?: RingHandler
    /** The flash log. */
    file?: FileRotationHandler
    /** The store for small values, of which the sizes of slots can be asked for. */
    flash?: FlashSlots
    /** Name of the board, as in its syslog lines. */
    hostname?: string
    /** Version of the firmware. */
    version?: string
    settings?: RemoteSettings
    config?: RemoteConfig
    /** Figures of parts that the service does not know, by name. */
    figures?: () => Record<string, number | string | undefined>
    /** Restarts the board; the tasks are stopped first by default. */
    reboot?: () => void
}

/** The settings, as the service needs them. */
export interface RemoteSettings {
    /** Key, text, origin and more of each, secrets masked. */
    list(): unknown[]
    /**
     * Takes new texts by key, undefined for the default: all or none.
     * @throws Error that names key and reason
     */
    change(texts: Record<string, string | undefined>): ds.AsyncVoid
}

/** The configuration that is delivered over the air, as the service needs it. */
export interface RemoteConfig {
    /** Its version, hash, state and reason. */
    state(): unknown
    /**
     * Takes a part of a file; the last one makes it count.
     * @throws Error for a file that is refused
     */
    offer(offset: number, total: number, part: Buffer): ds.AsyncVoid
}
