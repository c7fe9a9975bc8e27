import type { LogSystem } from "../log"
import type { Clock, FlashSlots } from "../platform"
import type { BootJournal } from "./journal"
import { SupervisionOptions } from "./options"
import { LineSource } from "./lastlines"

/** What a registry is made of; only the first two are needed. */
export interface RegistryOptions {
    log: LogSystem
    clock: Clock
    /** Where disabled tasks and changed options are kept; nowhere without. */
    flash?: FlashSlots
    /** The boot journal, opened at boot if it is not open yet; without one, no safe mode. */
    journal?: BootJournal
    /** Where the last log line of a task is found, for its status: the ring of the log. */
    lines?: LineSource
    /** Defaults of supervision in place of `DEFAULTS`. */
    defaults?: SupervisionOptions
    /** Most tasks, children included; `MAX_TASKS` when left out. */
    maxTasks?: number
    /** So many short starts in a row lead to safe mode; `MAX_SHORT_STARTS` when left out. */
    maxShortStarts?: number
    /** False: nothing starts before `boot()`. Otherwise the first `add` begins the boot. */
    autoBoot?: boolean
}

/** When a task is to run; see `TaskOptions`. */
export interface Plan {
    in?: number
    every?: number
    at?: string | number
}
