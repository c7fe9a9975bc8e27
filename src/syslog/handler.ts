import * as ds from "@devicescript/core"
import { Account, Handler, HandlerOptions, INFO, LogRecord } from "../log"
import { Rsyslogger } from "./rsyslogger"

/**
 * Sends records to a syslog collector. Its queue is that of its `Rsyslogger`, which declares to
 * the collector what it had to drop.
 *
 * @devsWhenUsed
 */
export class RsyslogHandler implements Handler {
    // the client's own: a method in between would take a tenth of the time of a push
    readonly emit: (record: LogRecord, line: string) => void
    readonly open: () => ds.AsyncVoid
    /** Sends what is queued, for at most 3 s, and gives the socket back. */
    readonly close: () => ds.AsyncVoid
    /**
     * Changes options of `SyslogOptions` while running: a new host or port is used at once.
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

    /** Without a formatter, as the message is made from the record. */
    defaultOptions(): HandlerOptions {
        return { level: INFO, formatter: null }
    }
}
