import { LogSystem } from "./log"
import { splitText } from "./platform"
import { FIRMWARE_SETTINGS, KeyOf, Settings } from "./settings"
import { Rsyslogger } from "./syslog"

type HotKey = KeyOf<typeof FIRMWARE_SETTINGS>

const FILE_KEYS =
    "FILE_LEVEL FLUSH_BYTES FLUSH_TIME FLUSH_LEVEL QUEUE_DROP QUEUE_LOW QUEUE_FLUSH"
const SYSLOG_KEYS =
    "HOSTNAME SYSLOG_HOST SYSLOG_PORT SYSLOG_PROTO SYSLOG_FRAME SYSLOG_FAC SYSLOG_APP SYSLOG_BOM BACKOFF_MIN BACKOFF_MAX"

/**
 * Puts the settings of the firmware in force, now and whenever they change, that do not need a
 * restart; the schema marks the others. What a part refuses is logged, and it stays as it is.
 * @param log with the handlers `file`, `led`, `buzzer` and `syslog`
 * @param boardName name of the board when `HOSTNAME` is empty
 */
export function followSettings(
    settings: Settings<typeof FIRMWARE_SETTINGS>,
    log: LogSystem,
    rsyslogger: Rsyslogger,
    boardName: string
): void {
    const system = log.logger("system")
    const follow = (keys: string, put: () => void) => {
        const guarded = () => {
            try {
                put()
            } catch (e: any) {
                system.error("settings: {0}", e.message)
            }
        }
        guarded()
        settings.subscribe(splitText(keys, " ") as HotKey[], guarded)
    }
    follow("LOG_LEVEL", () => log.setSpec(settings.get("LOG_LEVEL")))
    follow(FILE_KEYS, () =>
        log.configureHandler("file", {
            level: settings.get("FILE_LEVEL"),
            queue: {
                dropAt: settings.get("QUEUE_DROP"),
                lowAt: settings.get("QUEUE_LOW"),
                flushAfter: settings.get("QUEUE_FLUSH"),
            },
            flushBytes: settings.get("FLUSH_BYTES"),
            flushTime: settings.get("FLUSH_TIME"),
            flushLevel: settings.get("FLUSH_LEVEL"),
        })
    )
    follow("HB_LEVEL", () => {
        const level = settings.get("HB_LEVEL")
        log.configureHandler("led", { level })
        log.configureHandler("buzzer", { level })
    })
    follow("SYSLOG_LEVEL", () =>
        log.configureHandler("syslog", { level: settings.get("SYSLOG_LEVEL") })
    )
    follow(SYSLOG_KEYS, () =>
        rsyslogger.configure({
            host: settings.get("SYSLOG_HOST"),
            port: settings.get("SYSLOG_PORT"),
            proto: settings.get("SYSLOG_PROTO"),
            framing: settings.get("SYSLOG_FRAME"),
            facility: settings.get("SYSLOG_FAC"),
            hostname: settings.get("HOSTNAME") || boardName,
            appName: settings.get("SYSLOG_APP"),
            bom: settings.get("SYSLOG_BOM"),
            backoff: {
                minMs: settings.get("BACKOFF_MIN"),
                maxMs: settings.get("BACKOFF_MAX"),
            },
        })
    )
}
