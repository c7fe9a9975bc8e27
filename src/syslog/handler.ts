import * as ds from "@devicescript/core"
import { Account, Handler, HandlerOptions, INFO, LogRecord } from "../log"
import { SyslogOptions } from "./options"
import { Rsyslogger } from "./rsyslogger"

/**
 * Sends records to a syslog collector. Its queue is the one of its `Rsyslogger`; what that
 * drops is declared to the collector in place of the records.
 *
 * @devsWhenUsed
 */
export class RsyslogHandler implements Handler {
    /** The client's own `push`: a method in between would take a tenth of its time. */
    readonly emit: (record: LogRecord, line: string) => void

    constructor(private readonly rsyslogger: Rsyslogger) {
        this.emit = rsyslogger.push
    }

    /** The message is written from the record: no line is needed. */
    defaultOptions(): HandlerOptions {
        return { level: INFO, formatter: null }
    }

    open(): ds.AsyncVoid {
        this.rsyslogger.start()
    }

    /** Sends what waits, for a bounded time, and gives the socket back. */
    async close(): Promise<void> {
        await this.rsyslogger.stop()
    }

    /**
     * Takes changed `SyslogOptions`: a new host or port is used at once.
     * @throws RangeError for an option out of its limits
     */
    configure(options: Record<string, any>): void {
        this.rsyslogger.configure(options as SyslogOptions)
    }

    account(): Account {
        return this.rsyslogger.stats()
    }
}
