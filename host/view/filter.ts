import { type Level, LEVELS } from "../levels.ts"
import type { LogRecord } from "../record.ts"
import type { SimEvent, SimEventName } from "../sim/index.ts"
import type { Kind } from "./kinds.ts"

/** What a user wants to see. */
export interface FilterOptions {
    /** Nothing but these kinds. */
    only?: Kind[]
    /** False: no LED, whatever else is asked for. */
    led: boolean
    /** Log lines and messages at this severity or worse. */
    level?: Level
    /** Log lines and messages of the tasks or topics of this name; `*` matches anything. */
    task?: string
    /** Nothing at all. */
    quiet?: boolean
}

/** Says whether an event is shown; `record` is what its line says, if it is a log line. */
export type Filter = (event: SimEvent, record?: LogRecord) => boolean

const KIND_OF: Record<SimEventName, Kind> = {
    boot: "board",
    panic: "board",
    end: "board",
    console: "log",
    led: "led",
    tone: "tone",
    syslog: "collector",
    flash: "flash",
}

/** The filter for `options`; `kinds` are shown when the user names none. */
export function makeFilter(
    options: FilterOptions,
    kinds: readonly Kind[]
): Filter {
    const shown = new Set<Kind>(options.only ?? kinds)
    if (!options.led) shown.delete("led")
    if (options.quiet) shown.clear()
    const most = options.level ? LEVELS.indexOf(options.level) : LEVELS.length
    const task = options.task === undefined ? undefined : glob(options.task)
    return (event, record) => {
        const kind = KIND_OF[event.event]
        if (!shown.has(kind)) return false
        if (kind !== "log" && kind !== "collector") return true
        // a line that is no record has no severity: it is taken as an ordinary one
        if (LEVELS.indexOf(record?.level ?? "info") > most) return false
        return !task || (record !== undefined && isOf(task, record))
    }
}

function isOf(task: RegExp, record: LogRecord): boolean {
    return task.test(record.task ?? "") || task.test(record.topic)
}

/** A name with `*` as a regular expression. */
function glob(pattern: string): RegExp {
    const parts = pattern.split("*").map(part => part.replace(/\W/g, "\\$&"))
    return new RegExp(`^${parts.join(".*")}$`, "s")
}
