import {
    type LogRecord,
    readConsoleRecord,
    readSyslogRecord,
} from "../record.ts"
import type { SimEvent, Simulator } from "../sim/index.ts"

/** What the line of an event says, and the line with its frames resolved. */
export function readEvent(
    event: SimEvent,
    sim: Simulator
): [record: LogRecord | undefined, line: string] {
    if (event.event === "console") {
        const line = sim.resolveFrames(event.text)
        return [readConsoleRecord(line), line]
    }
    if (event.event !== "syslog") return [undefined, ""]
    const line = sim.resolveFrames(event.line)
    return [readSyslogRecord(line), line]
}
