// Figures as OpenMetrics text, version 1.0.0 (https://prometheus.io/docs/specs/om/).
import type {
    Board,
    BoardInfo,
    HandlerInfo,
    TaskStats,
    TaskStatus,
} from "../client/index.ts"

/** What is measured of a board. */
export interface BoardMetrics {
    info: BoardInfo
    handlers: HandlerInfo[]
    tasks: TaskStatus[]
    stats: TaskStats[]
}

/** Reads what is measured of a board. */
export async function readMetrics(board: Board): Promise<BoardMetrics> {
    return {
        info: await board.info(),
        handlers: await board.handlers(),
        tasks: await board.tasks(),
        stats: await board.stats(),
    }
}

type Labels = Record<string, string>
type Sample = [Labels, number]

/** A family of samples: its name, type and help, and how it is read off a board. */
interface Family {
    name: string
    type: "gauge" | "counter"
    unit?: string
    help: string
    read: (board: BoardMetrics) => Sample[]
}

/** A figure of each handler that has it. */
const account =
    (field: keyof HandlerInfo["account"]) =>
    ({ handlers }: BoardMetrics): Sample[] =>
        handlers.flatMap(({ name, account }): Sample[] => {
            const value = account[field]
            return value === undefined
                ? []
                : [[{ handler: name }, Number(value)]]
        })

const ofTasks =
    (field: "runs" | "restarts" | "failures" | "skipped") =>
    ({ stats }: BoardMetrics): Sample[] =>
        stats.map(task => [{ task: task.name }, task[field]])

const ofDevice =
    (read: (board: BoardMetrics) => number | undefined) =>
    (board: BoardMetrics): Sample[] => {
        const value = read(board)
        return value === undefined ? [] : [[{}, value]]
    }

const FAMILIES: Family[] = [
    {
        name: "fiberd_uptime_seconds",
        type: "gauge",
        unit: "seconds",
        help: "Uptime of the board, which goes on over a panic.",
        read: ofDevice(({ info }) => info.uptime / 1000),
    },
    {
        name: "fiberd_boots",
        type: "counter",
        help: "Starts of the firmware, as its journal counts them.",
        read: ofDevice(({ info }) => info.boot),
    },
    {
        name: "fiberd_safe_mode",
        type: "gauge",
        help: "1 in safe mode.",
        read: ofDevice(({ info }) => Number(info.safe)),
    },
    {
        name: "fiberd_fibers",
        type: "gauge",
        help: "Fibers of tasks.",
        read: ofDevice(({ info }) => info.fibers),
    },
    {
        name: "fiberd_tasks",
        type: "gauge",
        help: "Tasks by state.",
        read: ({ info }) =>
            Object.entries(info.states).map(([state, number]) => [
                { state },
                number,
            ]),
    },
    {
        name: "fiberd_task_up",
        type: "gauge",
        help: "1 while a task runs.",
        read: ({ tasks }) =>
            tasks.map(({ name, state }) => [
                { task: name },
                Number(state === "running"),
            ]),
    },
    {
        name: "fiberd_task_runs",
        type: "counter",
        help: "Runs of a task that have begun.",
        read: ofTasks("runs"),
    },
    {
        name: "fiberd_task_restarts",
        type: "counter",
        help: "Restarts of a task.",
        read: ofTasks("restarts"),
    },
    {
        name: "fiberd_task_failures",
        type: "counter",
        help: "Runs of a task that failed.",
        read: ofTasks("failures"),
    },
    {
        name: "fiberd_task_skipped",
        type: "counter",
        help: "Planned runs of a task that did not take place.",
        read: ofTasks("skipped"),
    },
    {
        name: "fiberd_task_figure",
        type: "gauge",
        help: "A figure of a task's own.",
        read: ({ stats }) =>
            stats.flatMap(({ name, figures }) =>
                Object.entries(figures).flatMap(([figure, value]): Sample[] =>
                    typeof value === "number"
                        ? [[{ task: name, figure }, value]]
                        : []
                )
            ),
    },
    {
        name: "fiberd_log_received",
        type: "counter",
        help: "Records that came to a handler of the log.",
        read: account("received"),
    },
    {
        name: "fiberd_log_delivered",
        type: "counter",
        help: "Records that a handler has delivered.",
        read: account("delivered"),
    },
    {
        name: "fiberd_log_dropped",
        type: "counter",
        help: "Records that a handler has dropped.",
        read: account("dropped"),
    },
    {
        name: "fiberd_log_queued",
        type: "gauge",
        help: "Records that are queued before a handler.",
        read: account("queued"),
    },
    {
        name: "fiberd_log_connected",
        type: "gauge",
        help: "1 while a handler with a connection of its own is connected.",
        read: account("connected"),
    },
    {
        name: "fiberd_log_connections",
        type: "counter",
        help: "Connections that a handler has made.",
        read: account("connects"),
    },
    {
        name: "fiberd_log_in_flight",
        type: "gauge",
        help: "Records that were sent and are not known to have arrived.",
        read: account("sent"),
    },
    {
        name: "fiberd_flash_writes",
        type: "counter",
        help: "Writes to the flash store.",
        read: ofDevice(({ info }) => info.flash?.writes),
    },
    {
        name: "fiberd_flash_written_bytes",
        type: "counter",
        unit: "bytes",
        help: "Bytes written to the flash store.",
        read: ofDevice(({ info }) => info.flash?.bytes),
    },
]

/** One page for all boards. */
export function openMetrics(boards: BoardMetrics[]): string {
    const lines: string[] = []
    for (const { name, type, unit, help, read } of FAMILIES) {
        lines.push(`# TYPE ${name} ${type}`)
        if (unit) lines.push(`# UNIT ${name} ${unit}`)
        lines.push(`# HELP ${name} ${help}`)
        const sample = type === "counter" ? `${name}_total` : name
        for (const board of boards)
            for (const [labels, value] of read(board))
                lines.push(
                    `${sample}{${labelText({ ...boardLabels(board), ...labels })}} ${value}`
                )
    }
    return [...lines, "# EOF", ""].join("\n")
}

function boardLabels({ info }: BoardMetrics): Labels {
    return { device: info.device, host: info.hostname ?? info.device }
}

function labelText(labels: Labels): string {
    return Object.entries(labels)
        .map(([key, value]) => `${key}="${escapeLabel(value)}"`)
        .join(",")
}

function escapeLabel(text: string): string {
    return text
        .replace(/\\/g, "\\\\")
        .replace(/"/g, '\\"')
        .replace(/\n/g, "\\n")
}
