import { levelName } from "./levels.ts"
import { printableJson } from "./printable.ts"

/** What is told of a log line, as `LogLine` of the client says. */
interface LogFields {
    at?: number
    time: string
    level?: number
    task?: string | undefined
    mark: string
    message: string
    boot?: number
    source: string
}

/** A log line as one JSON object: what `fiberctl logs --json` prints, and the console saves. */
export function logJson(device: string, fields: LogFields): string {
    const { at, time, level, task, mark, message, boot, source } = fields
    return printableJson({
        device,
        at,
        time,
        level: level === undefined ? undefined : levelName(level),
        task,
        mark,
        message,
        boot,
        source,
    })
}
