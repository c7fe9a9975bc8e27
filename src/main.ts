import * as ds from "@devicescript/core"
import { startBoard } from "../boards"
import { demo } from "./demo"
import {
    beat,
    BuzzerHeartBeat,
    HeartBeatHandler,
    LedHeartBeat,
} from "./heartbeat"
import { ConsoleHandler, LogSystem, RingHandler } from "./log"
import { FileRotationHandler } from "./flashlog"
import { followRealTimeClock, reportClock, SocketArbiter } from "./net"
import { followNetwork } from "./network"
import {
    BUILD_SLOT,
    deviceId,
    SettingsFlash,
    shortDeviceId,
    SystemClock,
    SystemSocket,
} from "./platform"
import { FIRMWARE_SETTINGS, loadSettings } from "./settings"
import { forwardLate, Rsyslogger, RsyslogHandler, SYSLOG_TOPIC } from "./syslog"
import { BootJournal, TaskRegistry } from "./tasks"

/** Bytes of RAM for the last lines. */
const RING_BYTES = 2048

// what everything stands on: time, flash, the one socket
const clock = new SystemClock()
export const flash = new SettingsFlash()
const socket = new SystemSocket()
const arbiter = new SocketArbiter(clock, socket)

// settings, and which boot this is
export const settings = await loadSettings(flash, [FIRMWARE_SETTINGS])
const journal = new BootJournal(
    flash,
    clock,
    settings.get("SAFE_SECONDS") * 1000
)
let journalProblem: string
try {
    await journal.open()
} catch (e: any) {
    journalProblem = e.message
}

// the log: console, RAM, flash
export const log = new LogSystem(
    clock,
    settings.get("LOG_LEVEL"),
    settings.get("LOG_BURST")
)
const system = log.logger("system")
const ring = new RingHandler(RING_BYTES)
const file = new FileRotationHandler(
    "error.log",
    settings.get("FILE_MAX_SIZE"),
    { flash, clock, onProblem: text => system.warning("{0}", text) }
)
log.addHandler("console", new ConsoleHandler())
log.addHandler("ring", ring)
log.addHandler("file", file, {
    level: settings.get("FILE_LEVEL"),
    queue: {
        dropAt: settings.get("QUEUE_DROP"),
        lowAt: settings.get("QUEUE_LOW"),
        flushAfter: settings.get("QUEUE_FLUSH"),
    },
})
const setFlushPolicy = () =>
    file.configure({
        flushBytes: settings.get("FLUSH_BYTES"),
        flushTime: settings.get("FLUSH_TIME"),
        flushLevel: settings.get("FLUSH_LEVEL"),
    })
setFlushPolicy()

// light and sound
const { led: light, buzzer: sounder } = startBoard()
const led = new LedHeartBeat(light)
const buzzer = new BuzzerHeartBeat(sounder)
const shown = settings.get("HB_LEVEL")
log.addHandler("led", new HeartBeatHandler(led, shown))
log.addHandler("buzzer", new HeartBeatHandler(buzzer, shown))

// syslog
const netLog = log.logger(SYSLOG_TOPIC)
const rsyslogger = new Rsyslogger(
    { clock, socket, arbiter },
    {
        host: settings.get("SYSLOG_HOST"),
        port: settings.get("SYSLOG_PORT"),
        proto: settings.get("SYSLOG_PROTO"),
        framing: settings.get("SYSLOG_FRAME"),
        facility: settings.get("SYSLOG_FAC"),
        hostname:
            settings.get("HOSTNAME") || `fiberd-${shortDeviceId(deviceId())}`,
        appName: settings.get("SYSLOG_APP"),
        bom: settings.get("SYSLOG_BOM"),
        procId: journal.boot > 0 ? "" + journal.boot : "",
        maxBytes: settings.get("SYSLOG_MAX"),
        queueBytes: settings.get("SYSLOG_QUEUE"),
        windowBytes: settings.get("SYSLOG_WINDOW"),
        backoff: {
            minMs: settings.get("BACKOFF_MIN"),
            maxMs: settings.get("BACKOFF_MAX"),
        },
    },
    (level, message) => netLog.log(level, "{0}", message)
)
log.addHandler("syslog", new RsyslogHandler(rsyslogger), {
    level: settings.get("SYSLOG_LEVEL"),
})

// the wall clock
reportClock(clock, message => system.info("{0}", message))
followRealTimeClock(clock)

// what changes while running
settings.subscribe("LOG_LEVEL", () => log.setSpec(settings.get("LOG_LEVEL")))
settings.subscribe(["FLUSH_BYTES", "FLUSH_TIME", "FLUSH_LEVEL"], setFlushPolicy)
settings
    .problems()
    .forEach(({ message }) => system.error("setting {0}", message))
const build = await flash.read(BUILD_SLOT)
if (build) system.notice("build {0}", build.toString())
if (journalProblem) system.error("boot journal: {0}", journalProblem)

// tasks
export const tasks = new TaskRegistry({
    log,
    clock,
    flash,
    journal,
    lines: ring,
    maxShortStarts: settings.get("SAFE_STARTS"),
})
const isDemo = settings.get("DEMO") ?? ds.isSimulator()
log.enableProgress(isDemo)
const period = settings.get("HB_PERIOD")
if (period > 0)
    tasks.add("heartbeat", () => beat([led, buzzer]), {
        every: period,
        core: true,
    })
// core, so that what safe mode has to say reaches the collector
tasks.add("network", followNetwork(), {
    core: true,
    notify: true,
    restart: "on-failure",
})
tasks.add(
    "late",
    async task => {
        const sent = await forwardLate(file.files, flash, rsyslogger)
        if (sent > 0) task.log.notice("{0} lines of earlier runs sent", sent)
    },
    { core: true }
)
if (isDemo)
    tasks.add("demo", demo, {
        restart: "on-failure",
        maxDelay: 2000,
        maxRestarts: 100,
    })
