import * as ds from "@devicescript/core"
import { Rsyslogger, SyslogOptions } from "../../net"
import { Handler } from "../handler"
import { LogRecord } from "../record"

/** Sends records to a syslog collector. The formatter's line is not used: the message is. */
export class RsyslogHandler implements Handler {
    constructor(private readonly rsyslogger: Rsyslogger) {}

    emit(record: LogRecord, line: string): void {
        this.rsyslogger.push(record)
    }

    open(): ds.AsyncVoid {
        this.rsyslogger.start()
    }

    /**
     * Takes changed `SyslogOptions`: a new host or port is used at once.
     * @throws RangeError for an option out of its limits
     */
    configure(options: Record<string, any>): void {
        this.rsyslogger.configure(options as SyslogOptions)
    }
}
