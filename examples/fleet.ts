// Settings over the air for a fleet: one file on a web server, for a growing share of the boards. It
// is signed by a key that no board holds, and each board reports whether it has taken it.
import {
    consoleLog,
    guardStart,
    network,
    ota,
    OTA_SETTINGS,
    pullUpdates,
    reportUpdates,
    setClockByHttpDate,
    settingsFile,
    socketArbiter,
    startCore,
    startDone,
    syslog,
    SYSLOG_SETTINGS,
    tasks,
    verifyLms,
} from "../src"

const SETTINGS = `# settings
GREETING: text 0 40 = hello | what the board says`

// before the settings are read: whether an update is to be taken back
const guard = await guardStart(settingsFile)
const settings = await startCore([SYSLOG_SETTINGS, OTA_SETTINGS, SETTINGS])
consoleLog()
syslog(settings)
network()
ota(settings, guard, verifyLms, ota => [
    pullUpdates(ota, socketArbiter(), setClockByHttpDate),
    reportUpdates(ota, socketArbiter()),
])
await startDone()

tasks.add("greeting", task => task.log.info("{0}", settings.get("GREETING")), {
    every: 1000,
})
