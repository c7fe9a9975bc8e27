import type { LogRecord } from "../record.ts"
import type { SimEvent } from "../sim/index.ts"

/** Shows a run: to people or to a program. */
export interface View {
    /**
     * Shows an event, unless a filter says no.
     * @param record what the event's line says, if it is a log line
     * @param line the event's line with its frames resolved, if it has one
     */
    show(event: SimEvent, record: LogRecord | undefined, line: string): void
    /** Shows a word of the simulator's own. */
    note(text: string): void
    /** Shows that a log file in flash has grown or was rotated. */
    file(sincePowerOn: number | undefined, words: string): void
    /** Ends the view, with the summary of the run. */
    close(): void
}
