// A board that takes its settings over the air: log, syslog, settings file and updates.
// docs/ota.md tells how to sign a file and serve it.
import * as ds from "@devicescript/core"
import {
    ConsoleHandler,
    deviceId,
    ERROR,
    FIRMWARE_SETTINGS,
    guardStart,
    loadSettings,
    LogSystem,
    openSealed,
    openSettingsFile,
    Ota,
    OTA_SETTINGS,
    pullUpdates,
    reportUpdates,
    Rsyslogger,
    RsyslogHandler,
    setClockByHttpDate,
    SettingsFile,
    SettingsFlash,
    SocketArbiter,
    SystemClock,
    SystemSocket,
    updateBoard,
    verifyLms,
} from "../src"

const clock = new SystemClock()
const flash = new SettingsFlash()
const socket = new SystemSocket()
const arbiter = new SocketArbiter(clock, socket)

// before anything else: whether an update is to be taken back
const file = new SettingsFile(flash)
const guard = await guardStart(file)
const settings = await loadSettings(flash, [...FIRMWARE_SETTINGS, OTA_SETTINGS])
await openSettingsFile(settings, file)

const log = new LogSystem(clock, settings.get("LOG_LEVEL"))
const main = log.logger("main")
log.addHandler("console", new ConsoleHandler())
const rsyslogger = new Rsyslogger(
    { clock, socket, arbiter },
    {
        host: settings.get("SYSLOG_HOST"),
        port: settings.get("SYSLOG_PORT"),
        hostname: settings.get("HOSTNAME") || "board",
    },
    (level, message) => main.log(level, "{0}", message)
)
log.addHandler("syslog", new RsyslogHandler(rsyslogger), {
    level: settings.get("SYSLOG_LEVEL"),
})
settings.problems().forEach(({ message }) => main.error("{0}", message))

/** Restarts the board once the collector has what is queued. */
async function restart(): Promise<void> {
    await rsyslogger.stop(3000)
    ds.restart()
}

const ota = new Ota({
    clock,
    settings,
    verify: verifyLms,
    open: openSealed,
    file,
    log: log.logger("ota"),
    device: deviceId(),
    guard,
    hasCollector: () =>
        rsyslogger.stats().connected &&
        settings.get("SYSLOG_LEVEL") >= ERROR &&
        main.isEnabled(ERROR),
    restart: () => restart.start(),
})

async function update(): Promise<void> {
    const body = updateBoard(ota, [
        pullUpdates(ota, arbiter, setClockByHttpDate),
        reportUpdates(ota, arbiter),
    ])
    while (true) {
        try {
            await body({ sleep: ds.sleep })
        } catch (e: any) {
            main.exception("updates", e)
        }
    }
}
update.start()

// what the board is for
const greet = async () => {
    while (true) {
        main.info("hello from {0}", settings.get("HOSTNAME") || "board")
        await ds.sleep(settings.get("HB_PERIOD"))
    }
}
greet.start()
