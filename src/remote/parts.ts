import type * as ds from "@devicescript/core"
import type { LogSystem, RingHandler } from "../log"
import type { FileRotationHandler } from "../flashlog"
import type { Clock, FlashSlots } from "../platform"
import type { TaskRegistry } from "../tasks"

/** The parts of a program that clients may query and control; requests for a missing part fail. */
export interface RemoteParts {
    clock: Clock
    tasks: TaskRegistry
    log: LogSystem
    /** The last lines, in RAM. */
    ring?: RingHandler
    /** The flash log. */
    file?: FileRotationHandler
    /** The store for small values: clients see the sizes of its slots only. */
    flash?: FlashSlots
    /** Name of the board, as in its syslog lines, or a function that tells it if it may change. */
    hostname?: string | (() => string)
    /** Version of the firmware. */
    version?: string
    settings?: RemoteSettings
    config?: RemoteConfig
    /** Further figures by name, such as those of the program itself. */
    figures?: () => Record<string, number | string | undefined>
    /** Restarts the board; by default the tasks are stopped first. */
    reboot?: () => void
}

/** The settings, as the service needs them. */
export interface RemoteSettings {
    /** The keys of all settings, in the order of the schema. */
    keys(): string[]
    /** Key, text, origin and more of one setting, secrets masked. */
    info(key: string): unknown
    /**
     * Changes settings, all or none.
     * @param texts new texts by key; undefined means the default
     * @throws Error that names the key and the reason
     */
    change(texts: Record<string, string | undefined>): ds.AsyncVoid
}

/** The configuration that is delivered over the air, as the service needs it. */
export interface RemoteConfig {
    /** Its version, hash, state and reason. */
    state(): unknown
    /**
     * Takes a part of a file; the last part puts the file in force.
     * @param offset where the part begins in the file, in bytes
     * @param total size of the file, in bytes
     * @param sender tells those apart who bring files; may be empty
     * @throws Error for a file that is refused
     */
    offer(
        offset: number,
        total: number,
        part: Buffer,
        sender: string
    ): ds.AsyncVoid
}
