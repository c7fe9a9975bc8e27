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
    followSettings,
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
followSettings(
    settings,
    "level=FILE_LEVEL flushBytes=FLUSH_BYTES flushTime=FLUSH_TIME flushLevel=FLUSH_LEVEL",
    options => log.configureHandler("file", options)
)
followSettings(
    settings,
    "dropAt=QUEUE_DROP lowAt=QUEUE_LOW flushAfter=QUEUE_FLUSH",
    queue => log.configureHandler("file", { queue })
)

// light and sound
const { led: light, buzzer: sounder } = startBoard()
const led = new LedHeartBeat(light)
const buzzer = new BuzzerHeartBeat(sounder)
log.addHandler("led", new HeartBeatHandler(led))
log.addHandler("buzzer", new HeartBeatHandler(buzzer))
followSettings(settings, "level=HB_LEVEL", options => {
    log.configureHandler("led", options)
    log.configureHandler("buzzer", options)
})

// syslog
const netLog = log.logger(SYSLOG_TOPIC)
const rsyslogger = new Rsyslogger(
    { clock, socket, arbiter },
    {
        procId: journal.boot > 0 ? "" + journal.boot : "",
        maxBytes: settings.get("SYSLOG_MAX"),
        queueBytes: settings.get("SYSLOG_QUEUE"),
        windowBytes: settings.get("SYSLOG_WINDOW"),
    },
    (level, message) => netLog.log(level, "{0}", message)
)
const hostname = () =>
    settings.get("HOSTNAME") || `fiberd-${shortDeviceId(deviceId())}`
followSettings(
    settings,
    "host=SYSLOG_HOST port=SYSLOG_PORT proto=SYSLOG_PROTO framing=SYSLOG_FRAME " +
        "facility=SYSLOG_FAC hostname=HOSTNAME appName=SYSLOG_APP bom=SYSLOG_BOM",
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

// the wall clock
reportClock(clock, message => system.info("{0}", message))
followRealTimeClock(clock)

// what changes while running
settings.subscribe("LOG_LEVEL", () => log.setSpec(settings.get("LOG_LEVEL")))
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
tasks.add("heartbeat", () => beat([led, buzzer]), {
    core: true,
    autostart: false,
})
followSettings(settings, "every=HB_PERIOD", plan => {
    if (plan.every > 0) tasks.schedule("heartbeat", plan)
    else tasks.unschedule("heartbeat")
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
