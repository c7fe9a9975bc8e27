import type { Logger } from "../log"
import {
    CORE_SETTINGS,
    followSettings,
    Settings,
    SYSLOG_SETTINGS,
} from "../settings"
import {
    forwardLate,
    Rsyslogger,
    RsyslogHandler,
    SYSLOG_TOPIC,
} from "../syslog"
import type { Task } from "../tasks"
import { clock, flash, hostname, journal, log, tasks } from "./core"
import { file } from "./logs"
import { socketArbiter } from "./network"

/** The syslog client; undefined before `syslog`. */
export let rsyslogger: Rsyslogger

/** The logger of reports about the connection. */
let netLog: Logger

/** Sends the log to the syslog collector `SYSLOG_HOST`: the handler `syslog`. */
export function syslog(
    settings: Settings<typeof CORE_SETTINGS | typeof SYSLOG_SETTINGS>
): void {
    netLog = log.logger(SYSLOG_TOPIC)
    const arbiter = socketArbiter()
    rsyslogger = new Rsyslogger(
        { clock, arbiter },
        {
            procId: journal.boot > 0 ? "" + journal.boot : "",
            maxBytes: settings.get("SYSLOG_MAX"),
            queueBytes: settings.get("SYSLOG_QUEUE"),
            windowBytes: settings.get("SYSLOG_WINDOW"),
        },
        (level, message) => netLog.log(level, "{0}", message)
    )
    followSettings(
        settings,
        "host=SYSLOG_HOST port=SYSLOG_PORT proto=SYSLOG_PROTO framing=SYSLOG_FRAME facility=SYSLOG_FAC hostname=HOSTNAME appName=SYSLOG_APP bom=SYSLOG_BOM",
        target => {
            target.hostname = hostname()
            rsyslogger.configure(target)
        }
    )
    followSettings(settings, "minMs=BACKOFF_MIN maxMs=BACKOFF_MAX", backoff =>
        rsyslogger.configure({ backoff })
    )
    log.addHandler("syslog", new RsyslogHandler(rsyslogger))
    followSettings(settings, "level=SYSLOG_LEVEL", options =>
        log.configureHandler("syslog", options)
    )
}

/**
 * Sends the errors that the flash log has of earlier runs to the collector, once, by the task `late`.
 * Call it after `flashLog` and `syslog`.
 */
export function lateSyslog(): void {
    tasks.add("late", forwardOnce, { core: true, restart: "on-failure" })
}

async function forwardOnce(task: Task): Promise<void> {
    const sent = await forwardLate(file.files, flash, rsyslogger, task.sleep)
    if (sent > 0) task.log.notice("{0} lines of earlier runs sent", sent)
}
