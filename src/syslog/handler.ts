import * as ds from "@devicescript/core"
import { Account, Handler, HandlerOptions, INFO, LogRecord } from "../log"
import { Rsyslogger } from "./rsyslogger"

/**
 * Sends records to a syslog collector. Its queue is the one of its `Rsyslogger`; what that
 * drops is declared to the collector in place of the records.
 *
 * @devsWhenUsed
 */
export class RsyslogHandler implements Handler {
    // the client's own: a method in between would take a tenth of the time of a push
    readonly emit: (record: LogRecord, line: string) => void
    readonly open: () => ds.AsyncVoid
    /** Sends what is queued, for a bounded time, and gives the socket back. */
    readonly close: () => ds.AsyncVoid
    /**
     * Takes changed `SyslogOptions`: a new host or port is used at once.
     * @throws OPTION_ERROR for an option out of its limits
     */
    readonly configure: (options: Record<string, any>) => void
    readonly account: () => Account

    constructor(rsyslogger: Rsyslogger) {
        this.emit = rsyslogger.push
        this.open = rsyslogger.start
        this.close = rsyslogger.stop
        this.configure = rsyslogger.configure
        this.account = rsyslogger.stats
    }

    /** The message is written from the record: no line is needed. */
    defaultOptions(): HandlerOptions {
        return { level: INFO, formatter: null }
    }
}
