import type { HandlerInfo } from "../log"
import type { FlashStats } from "../platform"
import { MAX_FIGURES, MAX_RESULT_CHARS } from "./defaults"
import type { LastEnd } from "./journal"
import { isLive } from "./lifecycle"
import { startOf } from "./status"
import { SAFE } from "./supervisor"
import type { Supervisor } from "./supervisor"
import type { Task } from "./task"

/** Figures of one task; the field names are stable. */
export interface TaskStats {
    name: string
    /** Runs begun, restarts, planned runs left out, all since boot. */
    runs: number
    restarts: number
    skipped: number
    /** How long the present or last run has lasted, in ms. */
    lasted: number
    /** What the task itself reports; see `Task.stats`. */
    figures: Record<string, number | string>
}

/** Figures of the device; the field names are stable. What there is no source of is undefined. */
export interface DeviceStats {
    /** ms since the start of the chip. */
    uptime: number
    boot: number
    lastEnd: LastEnd
    shortStarts: number
    safe: boolean
    /** Tasks that there are, and those whose fiber exists. */
    tasks: number
    fibers: number
    /** Log handlers with their counters: taken, dropped, queued. */
    log: HandlerInfo[]
    flash: FlashStats
}

/** Figures of `task` at this moment. */
export function statsOf(task: Task): TaskStats {
    const startedAt = startOf(task)
    const end = isLive(task) ? task.supervisor.clock.millis() : task.doneAt
    return {
        name: task.name,
        runs: task.runs ?? 0,
        restarts: task.restarts ?? 0,
        skipped: task.skipped ?? 0,
        lasted: startedAt === undefined ? undefined : end - startedAt,
        figures: figuresOf(task),
    }
}

/** The task's own figures: numbers as they are, anything else as a short text. */
function figuresOf(task: Task): Record<string, number | string> {
    const figures: Record<string, number | string> = {}
    if (!task.stats) return figures
    for (const name of Object.keys(task.stats).slice(0, MAX_FIGURES)) {
        const value: any = task.stats[name]
        figures[name] =
            typeof value === "number"
                ? value
                : ("" + value).slice(0, MAX_RESULT_CHARS)
    }
    return figures
}

/** Figures of the device at this moment. */
export function deviceStats(supervisor: Supervisor): DeviceStats {
    const { tasks, journal, flash } = supervisor
    const supervising = 1
    return {
        uptime: supervisor.clock.millis(),
        boot: journal ? journal.boot : undefined,
        lastEnd: journal ? journal.lastEnd : undefined,
        shortStarts: journal ? journal.shortStarts : undefined,
        safe: !!(supervisor.flags & SAFE),
        tasks: tasks.length,
        fibers: supervising + tasks.filter(isLive).length,
        log: supervisor.log.handlers(),
        flash: flash ? flash.stats : undefined,
    }
}
