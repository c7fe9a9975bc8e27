import type { Paint, Colour } from "../colour.ts"
import type { BoardInfo, TaskState, TaskStatus } from "../client/index.ts"
import { failureText } from "../failure-text.ts"
import { lastRunTook } from "../last-run.ts"
import { count, duration, wallTime } from "../words.ts"

/** What a board is as a whole. */
export type Summary = Omit<BoardInfo, "access" | "first" | "next" | "safe">

// maps, as the states that a board sends may be any words, `constructor` too
const DOTS = new Map<string, [dot: string, Colour]>(
    Object.entries({
        disabled: ["○", "dim"],
        scheduled: ["●", "cyan"],
        waiting: ["●", "yellow"],
        starting: ["●", "green"],
        running: ["●", "green"],
        stopping: ["●", "yellow"],
        done: ["○", "green"],
        stopped: ["○", "dim"],
        failed: ["×", "red"],
    } satisfies Record<TaskState, [string, Colour]>)
)

/** Sums up a board. */
export function summarise(info: BoardInfo): Summary {
    const { access, first, next, safe, ...summary } = info
    return summary
}

const STATE_COLOURS: ReadonlyMap<string, Colour> = new Map([
    ["running", "green"],
    ["degraded", "red"],
])

/** The line about a board above its tasks. */
export function summaryLine(summary: Summary, paint: Paint): string {
    const { hostname, device, state, boot, lastEnd, uptime, tasks } = summary
    const colour = STATE_COLOURS.get(state) ?? "yellow"
    const words = [
        paint(colour, "●"),
        paint("bold", hostname ?? device),
        hostname === undefined ? "" : device,
        paint(colour, state === "maintenance" ? "safe mode" : state),
    ].filter(Boolean)
    const facts = [
        words.join(" "),
        `up ${duration(uptime)}`,
        boot ? `boot ${boot}${lastEnd ? ` (${lastEnd})` : ""}` : "",
        `${count(tasks, "task")}: ${statesText(summary)}`,
    ]
    return facts.filter(Boolean).join(", ")
}

function statesText({ states }: Summary): string {
    return (
        Object.entries(states)
            .map(([state, number]) => `${number} ${state}`)
            .join(", ") || "none"
    )
}

/**
 * One task as systemctl shows a unit.
 * @param lines its last lines
 */
export function taskText(
    task: TaskStatus,
    lines: string[],
    paint: Paint,
    resolve: (text: string) => string
): string {
    const [dot, colour] = DOTS.get(task.state) ?? ["●", "dim"]
    const rows = [
        `${paint(colour, dot)} ${paint("bold", task.name)} ${paint(colour, task.state)}` +
            ` since ${sinceText(task)}`,
    ]
    const row = (name: string, text: string | undefined) => {
        if (text !== undefined) rows.push(`${name.padStart(9)}: ${text}`)
    }
    row("waits for", task.waitsFor)
    row("runs", runsText(task))
    row("last run", lastRunText(task))
    row("next run", nextText(task))
    if (task.result !== undefined && task.result !== null)
        row("result", String(task.result))
    if (task.error) row("error", failureText(task.error, resolve))
    for (const line of lines) rows.push(`  ${resolve(line)}`)
    return rows.join("\n")
}

function sinceText({ ago, sinceWall }: TaskStatus): string {
    const words = `${duration(ago)} ago`
    return sinceWall === undefined ? words : `${wallTime(sinceWall)} (${words})`
}

function runsText(task: TaskStatus): string {
    const { runs, restarts, failures, skipped } = task
    return [
        String(runs),
        failures ? `${failures} failed` : "",
        restarts ? count(restarts, "restart") : "",
        skipped ? `${skipped} skipped` : "",
    ]
        .filter(Boolean)
        .join(", ")
}

function lastRunText(task: TaskStatus): string | undefined {
    const { doneAt, since, ago } = task
    const took = lastRunTook(task)
    if (doneAt === undefined || took === undefined) return undefined
    return `ended ${duration(since + ago - doneAt)} ago, took ${duration(took)}`
}

function nextText(task: TaskStatus): string | undefined {
    const { next, nextWall, since, ago } = task
    if (next === undefined) return undefined
    const words = `in ${duration(next - since - ago)}`
    return nextWall === undefined ? words : `${wallTime(nextWall)} (${words})`
}
