import { rfc3339 } from "../log"
import { splitText } from "../platform"
import { failureText, placeText } from "./errors"
import { TaskState } from "./options"
import { isWithin, TaskRecord } from "./state"
import { TaskStatus } from "./status"

// The status of tasks as text, for programs that show it on the board. fiberctl makes its own text
// on the host.

const RED = 31
const GREEN = 32
const YELLOW = 33
const CYAN = 36
const GREY = 90

/**
 * One task for people, as systemctl and aioctl show it:
 *
 *     ● sensor: running since 2026-01-31T12:00:00.000Z, 3 s ago, run 2, 1 restart
 *         next in 57 s
 *         last error RangeError: too hot at gpc:5120 gpc:4001
 *         12.345 [INFO] [sensor.service] 21.5 degrees
 *
 * @param colour true for a dot coloured by ANSI codes, false for a plain one
 * @param lastLine the last log line of the task
 */
export function statusText(
    status: TaskStatus,
    colour = true,
    lastLine?: string
): string {
    const { state, name, error, result, parent } = status
    const lines = [`${dot(state, colour)} ${name}: ${headline(status)}`]
    if (status.waitsFor) lines.push(`waits for ${status.waitsFor}`)
    if (status.next !== undefined)
        lines.push(`next in ${span(status.next - status.since - status.ago)}`)
    if (error) {
        const which = state === "failed" ? "error" : "last error"
        lines.push(`${which} ${failureText(error)}${placeText(error.stack)}`)
    }
    if (result !== undefined) lines.push(`result ${result}`)
    if (status.left !== undefined)
        lines.push(`${plural(status.left, "run")} left behind`)
    if (lastLine) lines.push(lastLine)
    const depth = parent ? splitText(parent, ".") : []
    const indent = depth.map(() => "  ").join("")
    return lines
        .map((line, at) => indent + (at > 0 ? "    " : "") + line)
        .join("\n")
}

/** Tasks in the order of display: children below their parents. */
export function underParents(tasks: TaskRecord[]): TaskRecord[] {
    const shown: TaskRecord[] = []
    for (const task of tasks) {
        const { parent } = task
        let at = parent ? shown.indexOf(parent) : -1
        if (at < 0) {
            shown.push(task)
            continue
        }
        while (at < shown.length && isWithin(shown[at], parent)) ++at
        shown.insert(at, 1)
        shown[at] = task
    }
    return shown
}

function headline(status: TaskStatus): string {
    const { state, since, sinceWall, ago, runs, restarts, skipped } = status
    const when =
        sinceWall === undefined ? `uptime ${span(since)}` : rfc3339(sinceWall)
    let line = `${state} since ${when}, ${span(ago)} ago`
    if (runs > 1) line += `, run ${runs}`
    if (restarts !== undefined) line += `, ${plural(restarts, "restart")}`
    if (skipped !== undefined) line += `, ${skipped} skipped`
    if (status.disabled && state !== "disabled") line += ", disabled"
    return line
}

function plural(count: number, what: string): string {
    return `${count} ${what}${count === 1 ? "" : "s"}`
}

function dot(state: TaskState, colour: boolean): string {
    return colour ? `\u001b[${colourOf(state)}m\u25cf\u001b[0m` : "\u25cf"
}

function colourOf(state: TaskState): number {
    if (state === "failed") return RED
    if (state === "running" || state === "done") return GREEN
    if (state === "scheduled") return CYAN
    return state === "stopped" || state === "disabled" ? GREY : YELLOW
}

/** A span of time for people: `12 ms`, `3.4 s`, `5 min`, `2 h`, `3 d`. */
export function span(ms: number): string {
    if (ms < 1000) return `${Math.round(ms)} ms`
    if (ms < 60_000) return `${tenths(ms / 1000)} s`
    if (ms < 3_600_000) return `${tenths(ms / 60_000)} min`
    if (ms < 86_400_000) return `${tenths(ms / 3_600_000)} h`
    return `${tenths(ms / 86_400_000)} d`
}

function tenths(value: number): number {
    return Math.round(value * 10) / 10
}
