import { HeartBeatHandler, LedHeartBeat } from "../../src/heartbeat"
import { INFO, LogSystem, RingHandler } from "../../src/log"
import { FileRotationHandler } from "../../src/flashlog"
import { Clock, FlashSlots } from "../../src/platform"
import { Rsyslogger, RsyslogHandler } from "../../src/syslog"

/** A log that takes everything from info on, with the last lines in RAM. */
export function ringLog(clock: Clock): LogSystem {
    const log = new LogSystem(clock)
    log.addHandler("ring", new RingHandler(2048))
    return log
}

/**
 * Adds flash log, light and syslog, all of which take the records from info on, without a
 * burst limit: what is over their queues' limits is dropped by these.
 */
export function addSlowHandlers(
    log: LogSystem,
    clock: Clock,
    flash: FlashSlots,
    rsyslogger: Rsyslogger
): FileRotationHandler {
    const options = { level: INFO, burst: null as null }
    const light = { isBound: true, intensity: { write: async () => {} } }
    const file = new FileRotationHandler("error.log", 1800, {
        flash,
        clock,
    })
    log.addHandler("file", file, options)
    log.addHandler("led", new HeartBeatHandler(new LedHeartBeat(light)))
    log.addHandler("syslog", new RsyslogHandler(rsyslogger), options)
    return file
}
