// A board that has everything the console in the browser shows: tasks that depend on each other,
// children, one that fails, LED and buzzer, flash log, syslog, settings, figures.
import { startBoard } from "../../../boards"
import { FileRotationHandler } from "../../../src/flashlog"
import {
    beat,
    BuzzerHeartBeat,
    HeartBeatHandler,
    LedHeartBeat,
} from "../../../src/heartbeat"
import { ConsoleHandler, ERROR, LogSystem, RingHandler } from "../../../src/log"
import { SocketArbiter } from "../../../src/net"
import { SettingsFlash, SystemClock, SystemSocket } from "../../../src/platform"
import { startRemote } from "../../../src/remote"
import {
    firmwareSettings,
    loadSettings,
    settingInfo,
    settingKeys,
} from "../../../src/settings"
import { Rsyslogger, RsyslogHandler } from "../../../src/syslog"
import { BootJournal, TaskRegistry } from "../../../src/tasks"

const GREENHOUSE_SETTINGS = `# settings
VENT_AT: int 10 40 = 22 | degrees at which the vent opens` as const

const clock = new SystemClock()
const flash = new SettingsFlash()
const socket = new SystemSocket()
const arbiter = new SocketArbiter(clock, socket)
const settings = await loadSettings(flash, [
    ...firmwareSettings(),
    GREENHOUSE_SETTINGS,
])
const journal = new BootJournal(flash, clock)
await journal.open()

const log = new LogSystem(clock, settings.get("LOG_LEVEL"))
const ring = new RingHandler(2048)
const file = new FileRotationHandler("error.log", 1400, { flash, clock })
log.addHandler("console", new ConsoleHandler())
log.addHandler("ring", ring)
log.addHandler("file", file, { level: ERROR })
const { led: light, buzzer: sounder } = startBoard()
const led = new LedHeartBeat(light)
const buzzer = new BuzzerHeartBeat(sounder)
log.addHandler("led", new HeartBeatHandler(led, ERROR))
log.addHandler("buzzer", new HeartBeatHandler(buzzer, ERROR))
const hostname = settings.get("HOSTNAME") || "greenhouse"
const net = log.logger("net.syslog")
const rsyslogger = new Rsyslogger(
    { clock, arbiter },
    {
        host: settings.get("SYSLOG_HOST"),
        port: settings.get("SYSLOG_PORT"),
        hostname,
    },
    (level, message) => net.log(level, "{0}", message)
)
log.addHandler("syslog", new RsyslogHandler(rsyslogger))

const tasks = new TaskRegistry({ log, clock, flash, journal, lines: ring })
tasks.add("heartbeat", () => beat([led, buzzer]), { every: 2000, core: true })
let degrees = 20
tasks.add(
    "sensors",
    async task => {
        for (const name of ["air", "soil"])
            task.child(name, async one => {
                while (true) {
                    await one.sleep(1000)
                    degrees = 18 + ((degrees * 7 + 3) % 9)
                    one.log.info("{0} degrees", degrees)
                }
            })
        await task.sleep(3600000)
    },
    { restart: "on-failure" }
)
tasks.add(
    "valve",
    async task => {
        await task.sleep(300)
        throw new Error("the cable is loose")
    },
    { restart: "on-failure", delay: 200, maxRestarts: 2 }
)
tasks.add(
    "climate",
    async task => {
        while (true) {
            await task.sleep(4000)
            if (degrees > settings.get("VENT_AT"))
                task.log.warning("{0} degrees: vent opens", degrees)
            else task.log.notice("vent closes")
        }
    },
    { requires: ["sensors"] }
)
tasks.add(
    "watering",
    async task => {
        await task.sleep(3600000)
    },
    { requires: ["valve", "sensors"] }
)
tasks.add("report", async () => "sent", { every: 5000, after: ["climate"] })

startRemote({
    clock,
    tasks,
    log,
    ring,
    file,
    flash,
    hostname,
    figures: () => ({ degrees }),
    settings: {
        keys: () => settingKeys(settings),
        info: key => settingInfo(settings, key),
        change: async () => {
            throw new Error("this program keeps no settings file")
        },
    },
})
