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
import { startRemote } from "./remote"
import {
    changeSettings,
    FIRMWARE_SETTINGS,
    loadSettings,
    openSettingsFile,
    SettingsFile,
} from "./settings"
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
const settingsFile = new SettingsFile(flash)
export const settings = await loadSettings(flash, [FIRMWARE_SETTINGS])
await openSettingsFile(settings, settingsFile)
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
log.addHandler("file", file)
const configureFile = () =>
    log.configureHandler("file", {
        level: settings.get("FILE_LEVEL"),
        flushBytes: settings.get("FLUSH_BYTES"),
        flushTime: settings.get("FLUSH_TIME"),
        flushLevel: settings.get("FLUSH_LEVEL"),
        queue: {
            dropAt: settings.get("QUEUE_DROP"),
            lowAt: settings.get("QUEUE_LOW"),
            flushAfter: settings.get("QUEUE_FLUSH"),
        },
    })
configureFile()

// light and sound
const { led: light, buzzer: sounder } = startBoard()
const led = new LedHeartBeat(light)
const buzzer = new BuzzerHeartBeat(sounder)
log.addHandler("led", new HeartBeatHandler(led))
log.addHandler("buzzer", new HeartBeatHandler(buzzer))
const configureHeartBeat = () => {
    const level = settings.get("HB_LEVEL")
    log.configureHandler("led", { level })
    log.configureHandler("buzzer", { level })
}
configureHeartBeat()

// syslog
const netLog = log.logger(SYSLOG_TOPIC)
const hostname = () =>
    settings.get("HOSTNAME") || `fiberd-${shortDeviceId(deviceId())}`
const target = () => ({
    host: settings.get("SYSLOG_HOST"),
    port: settings.get("SYSLOG_PORT"),
    proto: settings.get("SYSLOG_PROTO"),
    framing: settings.get("SYSLOG_FRAME"),
    facility: settings.get("SYSLOG_FAC"),
    hostname: hostname(),
    appName: settings.get("SYSLOG_APP"),
    bom: settings.get("SYSLOG_BOM"),
    backoff: {
        minMs: settings.get("BACKOFF_MIN"),
        maxMs: settings.get("BACKOFF_MAX"),
    },
})
const rsyslogger = new Rsyslogger(
    { clock, socket, arbiter },
    Object.assign(target(), {
        procId: journal.boot > 0 ? "" + journal.boot : "",
        maxBytes: settings.get("SYSLOG_MAX"),
        queueBytes: settings.get("SYSLOG_QUEUE"),
        windowBytes: settings.get("SYSLOG_WINDOW"),
    }),
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
settings.subscribe(
    [
        "FILE_LEVEL",
        "FLUSH_BYTES",
        "FLUSH_TIME",
        "FLUSH_LEVEL",
        "QUEUE_DROP",
        "QUEUE_LOW",
        "QUEUE_FLUSH",
    ],
    configureFile
)
settings.subscribe("HB_LEVEL", configureHeartBeat)
settings.subscribe("SYSLOG_LEVEL", () =>
    log.configureHandler("syslog", { level: settings.get("SYSLOG_LEVEL") })
)
settings.subscribe(
    [
        "SYSLOG_HOST",
        "SYSLOG_PORT",
        "SYSLOG_PROTO",
        "SYSLOG_FRAME",
        "SYSLOG_FAC",
        "SYSLOG_APP",
        "SYSLOG_BOM",
        "HOSTNAME",
        "BACKOFF_MIN",
        "BACKOFF_MAX",
    ],
    () => rsyslogger.configure(target())
)
settings.subscribe("SAFE_SECONDS", () => {
    journal.stableMs = settings.get("SAFE_SECONDS") * 1000
})
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
const keepBeat = () => {
    const every = settings.get("HB_PERIOD")
    if (every > 0) tasks.schedule("heartbeat", { every })
    else tasks.unschedule("heartbeat")
}
tasks.add("heartbeat", () => beat([led, buzzer]), { core: true })
keepBeat()
settings.subscribe("HB_PERIOD", keepBeat)
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

// fiberctl
const remote = settings.get("REMOTE")
if (remote !== "off")
    startRemote(
        {
            clock,
            tasks,
            log,
            ring,
            file,
            hostname: hostname(),
            settings: {
                list: () => settings.list(),
                change: async changes => {
                    await changeSettings(settings, changes)
                },
            },
        },
        remote === "read"
    )
