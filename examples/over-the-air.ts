// A board that gets its settings over the air: log, syslog, remote control and updates, each by one
// call. docs/ota.md says how to sign a file, push it and serve it.
import {
    busClock,
    consoleLog,
    guardStart,
    log,
    network,
    ota,
    OTA_SETTINGS,
    pullUpdates,
    ramLog,
    remote,
    REMOTE_SETTINGS,
    reportUpdates,
    setClockByHttpDate,
    settingsFile,
    socketArbiter,
    startCore,
    startDone,
    syslog,
    SYSLOG_SETTINGS,
    tasks,
    verifyHmac,
} from "../src"

/** Settings of what the board is for. */
const GREETING_SETTINGS = `# settings
GREETING: text 0 40 = hello | what it says
GREET_EVERY: duration 100ms 1h = 5s | how often
` as const

// before anything else: whether an update is to be taken back
const guard = await guardStart(settingsFile)
const settings = await startCore([
    SYSLOG_SETTINGS,
    REMOTE_SETTINGS,
    OTA_SETTINGS,
    GREETING_SETTINGS,
])
consoleLog()
ramLog()
syslog(settings)
busClock()
network()

// files signed by HMAC, from the bus and from OTA_URL
const updates = ota(settings, guard, verifyHmac, ota => [
    pullUpdates(ota, socketArbiter(), setClockByHttpDate),
    reportUpdates(ota, socketArbiter()),
])
remote(settings, updates)
await startDone()

// what the board is for
tasks.add("greeting", async task => {
    while (true) {
        task.log.info("{0}", settings.get("GREETING"))
        await task.sleep(settings.get("GREET_EVERY"))
    }
})
