// The log of the reference firmware, whose settings change while it runs.
import * as ds from "@devicescript/core"
import { startBoard } from "../../../boards"
import {
    BuzzerHeartBeat,
    HeartBeatHandler,
    LedHeartBeat,
} from "../../../src/heartbeat"
import { followSettings } from "../../../src/hot-settings"
import { FileRotationHandler } from "../../../src/flashlog"
import { ConsoleHandler, LogSystem } from "../../../src/log"
import { SocketArbiter } from "../../../src/net"
import { SettingsFlash, SystemClock, SystemSocket } from "../../../src/platform"
import { FIRMWARE_SETTINGS, loadSettings } from "../../../src/settings"
import { Rsyslogger, RsyslogHandler } from "../../../src/syslog"

const clock = new SystemClock()
const flash = new SettingsFlash()
const socket = new SystemSocket()
const settings = await loadSettings(flash, [FIRMWARE_SETTINGS])
const log = new LogSystem(clock)
const { led, buzzer } = startBoard()
const rsyslogger = new Rsyslogger(
    { clock, socket, arbiter: new SocketArbiter(clock, socket) },
    {},
    () => {}
)
log.addHandler("console", new ConsoleHandler())
log.addHandler(
    "file",
    new FileRotationHandler("error.log", 1400, { flash, clock })
)
log.addHandler("led", new HeartBeatHandler(new LedHeartBeat(led)))
log.addHandler("buzzer", new HeartBeatHandler(new BuzzerHeartBeat(buzzer)))
log.addHandler("syslog", new RsyslogHandler(rsyslogger))
followSettings(settings, log, rsyslogger, "nameless")

const hot = log.logger("hot")
const show = (what: string) => {
    const levels = log.handlers().map(({ name, level }) => `${name}=${level}`)
    hot.error("{0}: {1}", what, levels.join(" "))
}
show("before")
while (rsyslogger.stats().delivered < 1) await ds.sleep(50)
await ds.sleep(10)
settings.set("LOG_LEVEL", "error warning@hot")
settings.set("HB_LEVEL", "alert")
settings.set("FILE_LEVEL", "critical")
settings.set("SYSLOG_LEVEL", "warning")
settings.set("HOSTNAME", "renamed")
settings.set("SYSLOG_FAC", "daemon")
show("after")
hot.warning("is sent")
hot.notice("is not logged")
// the schema takes it, the sender does not: what was in force stays
settings.set("SYSLOG_HOST", "collector:514")
hot.error("the old collector stays")
settings.problems().forEach(({ message }) => console.log(message))
