// What a board says about itself, as the client hands it out. Times are ms of its uptime, which goes on
// when the program starts again without a reset, those with "Wall" Unix times in ms; a field that
// does not apply is left out.

export type TaskState =
    | "disabled"
    | "scheduled"
    | "waiting"
    | "starting"
    | "running"
    | "stopping"
    | "done"
    | "stopped"
    | "failed"

export interface BoardInfo {
    /** 16 hex digits. */
    device: string
    hostname?: string
    version?: string
    /** 1: read only, 2: full. */
    access: number
    /** `starting`, `running`, `degraded`, `maintenance` (safe mode) or `stopping`. */
    state: string
    /** How many tasks are in each state that occurs. */
    states: Partial<Record<TaskState, number>>
    uptime: number
    wall?: number
    boot?: number
    /** How the run before ended: `first`, `restart`, `panic`, `power`. */
    lastEnd?: string
    safe: boolean
    shortStarts?: number
    tasks: number
    /** Fibers of tasks, and runs that did not end in time and are left behind. */
    fibers: number
    left: number
    /** Writes to the flash store by the firmware, and their bytes. */
    flash?: { reads?: number; writes: number; bytes: number }
    /** The flash log: bytes of lines, segments written, bytes programmed for them. */
    file?: { bytes: number; writes: number; programmed: number }
    figures?: Record<string, number | string>
    /** Index of the oldest line in the ring, and of the next one. */
    first?: number
    next?: number
}

export interface TaskFailure {
    name: string
    message: string
    /** Program counters of the frames, innermost first: u16 each, as hex digits. */
    stack?: string
}

export interface TaskStatus {
    name: string
    state: TaskState
    since: number
    sinceWall?: number
    ago: number
    startedAt?: number
    doneAt?: number
    doneWall?: number
    next?: number
    nextWall?: number
    /** How long the present or last run has lasted. */
    lasted?: number
    runs: number
    restarts?: number
    failures?: number
    skipped?: number
    result?: string | number | boolean
    error?: TaskFailure
    waitsFor?: string
    disabled?: boolean
    parent?: string
    /** The child that failed for good last. */
    failedChild?: string
    /** Runs that did not end in time and are left behind. */
    left?: number
}

export interface TaskStats {
    name: string
    runs: number
    restarts: number
    failures: number
    skipped: number
    lasted?: number
    figures: Record<string, number | string>
}

/** The options of a task that are in force; "..." replaces arguments and functions. */
export interface TaskOptionsInfo {
    name: string
    options: Record<string, string | number | boolean | string[]>
}

/** A line of the ring. */
export interface RingLine {
    index: number
    text: string
}

/** Lines of the ring, from an index on. */
export interface RingPart {
    lines: RingLine[]
    /** Index of the oldest line that is kept, and of the next one. */
    first: number
    next: number
    /** Uptime of the board, by which a restart is noticed. */
    uptime: number
}

export interface FileInfo {
    name: string
    size: number
    first?: number
    last?: number
}

/** A line of the flash log. */
export interface FileLine {
    cursor: number
    /** Severity of RFC 5424; 8 for trace. */
    level: number
    /** Seconds: Unix time when `isWall`, else uptime of its boot. */
    time: number
    isWall: boolean
    text: string
}

export interface LevelInfo {
    /** The level specification in force. */
    spec: string
}

export interface HandlerInfo {
    name: string
    level: number
    state: string
    error?: string
    account: HandlerAccount
}

/** Records of a handler: received = delivered + queued + dropped. */
export interface HandlerAccount {
    received: number
    delivered: number
    queued: number
    dropped: number
    /** Of syslog: where it sends to, as HOST:PORT, and how often it has connected. */
    target?: string
    connected?: boolean
    connects?: number
    /** Of those that are queued, the ones in the window: sent, and not known to have arrived. */
    sent?: number
    /** Sent again after a connection was lost. */
    resent?: number
    /** Records that told the collector of dropped ones, and arrived. */
    declared?: number
    /** Bytes that wait to be sent. */
    queuedBytes?: number
}

export interface SettingInfo {
    key: string
    /** A mask for a secret. */
    text: string
    /** Where it comes from. */
    origin: string
    /** Line in the settings file. */
    line?: number
    /** A change holds from the next start on. */
    restart?: boolean
    /** It was changed, and the next start has not come yet. */
    pending?: boolean
}
