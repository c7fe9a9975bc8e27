// A board of a fleet: logs numbered lines to the collector of its settings.
import { LogSystem, RingHandler } from "../../../src/log"
import { SocketArbiter } from "../../../src/net"
import { SettingsFlash, SystemClock, SystemSocket } from "../../../src/platform"
import { startRemote } from "../../../src/remote"
import { Rsyslogger, RsyslogHandler, SYSLOG_TOPIC } from "../../../src/syslog"
import { TaskRegistry } from "../../../src/tasks"

const PAUSE_MS = 200

const clock = new SystemClock()
const flash = new SettingsFlash()
const setting = async (key: string) => {
    const value = await flash.read(key)
    return value ? value.toString().split('"').join("") : ""
}
const hostname = await setting("HOSTNAME")
const log = new LogSystem(clock)
const ring = new RingHandler(2048)
log.addHandler("ring", ring)
const socket = new SystemSocket()
const netLog = log.logger(SYSLOG_TOPIC)
const rsyslogger = new Rsyslogger(
    { clock, arbiter: new SocketArbiter(clock, socket) },
    {
        host: await setting("SYSLOG_HOST"),
        port: +(await setting("SYSLOG_PORT")),
        hostname,
    },
    (level, message) => netLog.log(level, "{0}", message)
)
log.addHandler("syslog", new RsyslogHandler(rsyslogger))
const tasks = new TaskRegistry({ log, clock, lines: ring })
startRemote({ clock, tasks, log, ring, hostname })
tasks.add("count", async task => {
    for (let i = 1; ; ++i) {
        task.log.info("line {0}", i)
        await task.sleep(PAUSE_MS)
    }
})
