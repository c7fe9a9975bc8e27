import * as ds from "@devicescript/core"
import { LogRecord } from "./record"

/**
 * A sink for records. The log calls it synchronously, so `emit` must be short and never wait:
 * a slow device belongs behind a bounded queue and a fiber of the handler's own.
 */
export interface Handler {
    /**
     * Takes one record.
     * @param record the event; not to be changed or kept past the call, unless copied
     * @param line the record as text by the handler's formatter, without a line end;
     * the same formatter runs once for all handlers that share it
     */
    emit(record: LogRecord, line: string): void
    /** Called when the handler is added. */
    open?(): ds.AsyncVoid
    /** Called when the handler is removed; writes what is pending. */
    close?(): ds.AsyncVoid
    /** Takes changed options while running. */
    configure?(options: Record<string, any>): void
}
