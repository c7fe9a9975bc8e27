// A board that sends its log and its flash log to a broker by itself, beside syslog.
import { FileRotationHandler } from "../../../src/flashlog"
import { LogSystem, RingHandler } from "../../../src/log"
import { SocketArbiter } from "../../../src/net"
import {
    deviceId,
    SettingsFlash,
    SystemClock,
    SystemSocket,
} from "../../../src/platform"
import { LogPipe, pipeFile, pipeLog } from "../../../src/remote"
import { Rsyslogger, RsyslogHandler, SYSLOG_TOPIC } from "../../../src/syslog"
import { TaskRegistry } from "../../../src/tasks"

const clock = new SystemClock()
const flash = new SettingsFlash()
const number = async (key: string) =>
    +(await flash.read(key)).toString().split('"').join("")
const port = await number("MQTT_PORT")
const log = new LogSystem(clock)
const ring = new RingHandler(4096)
const file = new FileRotationHandler("error.log", 1400, { flash, clock })
log.addHandler("ring", ring)
log.addHandler("file", file)
const socket = new SystemSocket()
const arbiter = new SocketArbiter(clock, socket)
const netLog = log.logger(SYSLOG_TOPIC)
const rsyslogger = new Rsyslogger(
    { clock, arbiter },
    { host: "127.0.0.1", port: await number("SYSLOG_PORT"), hostname: "pipe" },
    (level, message) => netLog.log(level, "{0}", message)
)
log.addHandler("syslog", new RsyslogHandler(rsyslogger))
const tasks = new TaskRegistry({ log, clock, lines: ring })

const clientId = deviceId()
const lines: LogPipe = {
    arbiter,
    broker: { host: "127.0.0.1", port, clientId },
    topic: "log",
    position: 0,
}
const errors: LogPipe = {
    arbiter,
    broker: { host: "127.0.0.1", port, clientId: `${clientId}-errors` },
    topic: "errors",
    position: -1,
}
tasks.add(
    "pipe",
    async () => {
        await pipeLog(lines, ring)
        await pipeFile(errors, file.files)
    },
    { every: 1000, restart: "on-failure", delay: 500, maxRestarts: 100 }
)
tasks.add("count", async task => {
    for (let i = 1; i <= 40; ++i) {
        if (i % 10 === 0) task.log.error("line {0}, Küche", i)
        else task.log.info("line {0}", i)
        await task.sleep(100)
    }
})
