// What the console's server and its page tell each other, over HTTP and server-sent events.
import type {
    BoardInfo,
    HandlerInfo,
    SettingInfo,
    TaskStatus,
} from "../client/types.ts"

export type { FlashMap, FlashPiece } from "../flash/types.ts"

/** Log lines that are kept, in the server and in the page. */
export const MAX_LINES = 10_000
/** Shortest time between two samples, and for how long they are kept: an hour. */
export const SAMPLE_MS = 2000
export const KEPT_MS = 3_600_000

/** A board in the list. */
export interface BoardSummary {
    id: string
    name: string
    /** State as a whole; `lost` when it does not answer, `starting` before it ever did. */
    state: string
    failed: number
}

/** A task with what its options say of others. */
export interface TaskView extends TaskStatus {
    requires: string[]
    after: string[]
    /** The error with its frames as file and line. */
    failure?: string
}

/** What a board is now. */
export interface BoardState {
    id: string
    isLost: boolean
    info?: BoardInfo
    tasks: TaskView[]
    handlers: HandlerInfo[]
    /** Level specification of the log. */
    levels?: string
    /** What was delivered over the air, of a firmware that takes it. */
    config?: ConfigVersion
    simulator?: SimulatorState
}

/** What can be done to a simulated board from outside, and how it is now. */
export interface SimulatorState {
    power: boolean
    link: boolean
    /** Undefined when an own collector is in use. */
    collector?: boolean
    connections: number
}
export const SIMULATOR_ACTIONS = [
    "power-cut",
    "power-on",
    "collector-down",
    "collector-up",
    "link-down",
    "link-up",
] as const
export type SimulatorAction = (typeof SIMULATOR_ACTIONS)[number]

/** A line of the log, or a mark between lines. */
export interface Line {
    /** Counts up, in the order of arrival. */
    n: number
    /** Unix time in ms, when it is known. */
    at?: number
    /** Time as the board wrote it. */
    time: string
    /** Severity of RFC 5424, 8 for trace. */
    level?: number
    mark: string
    task?: string
    message: string
    /** `ring`, the name of a file, or `mark` for what the console says itself. */
    source: string
}

/** Figures at a time, by name. */
export interface Sample {
    at: number
    values: Record<string, number>
}

/** Samples as columns; a figure that was not known is null. */
export interface SampleColumns {
    at: number[]
    values: Record<string, (number | null)[]>
}

/** Events of the stream, by name. */
export interface StreamEvents {
    boards: BoardSummary[]
    state: BoardState
    /** All lines that are kept. */
    reset: Line[]
    lines: Line[]
    history: SampleColumns
    sample: Sample
    light: Light
    tone: { hz: number; ms: number }
}

/** The LED, and the pattern it has shown last. */
export interface Light {
    /** 0 to 1; undefined until the program has set it. */
    brightness?: number
    pattern?: string
}

/** How a setting may be changed, as the schema has it. */
export interface SettingRule {
    kind: string
    limits: string[]
    fallback: string
    doc: string
}

export interface SettingView extends SettingInfo {
    isSecret: boolean
    rule?: SettingRule
}

/** A configuration that a board has told of. */
export interface ConfigVersion {
    at: number
    version: number
    state: string
    hash: string
    reason: string
}

export interface ConfigView {
    now: ConfigVersion
    /** What the server has seen, newest first. */
    history: ConfigVersion[]
}

export interface SourceView {
    path: string
    text: string
}

/** What was refused, or failed. */
export interface Failure {
    error: { name: string; message: string }
}

/** The verbs of tasks. */
export const TASK_VERBS = [
    "start",
    "stop",
    "restart",
    "enable",
    "disable",
] as const
export type TaskVerb = (typeof TASK_VERBS)[number]
