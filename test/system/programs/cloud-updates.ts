// A board that gets its settings from `OTA_URL` and from a cloud adapter on the bus.
import * as ds from "@devicescript/core"
import {
    consoleLog,
    followCloud,
    guardStart,
    network,
    ota,
    OTA_SETTINGS,
    pullUpdates,
    settingsFile,
    socketArbiter,
    startCore,
    syslog,
    SYSLOG_SETTINGS,
    verifyHmac,
} from "../../../src"

const SITE_SETTINGS = `# settings
SITE: one-of cellar|attic|garden|terrace|balcony|kitchen|bathroom|corridor|garage|orchard = cellar | where it is
` as const

const guard = await guardStart(settingsFile)
const settings = await startCore([SYSLOG_SETTINGS, OTA_SETTINGS, SITE_SETTINGS])
// takes the VM's own adapter, which comes first and has no connection
new ds.CloudAdapter("board")
consoleLog()
syslog(settings)
network()
ota(settings, guard, verifyHmac, ota => [
    pullUpdates(ota, socketArbiter()),
    followCloud(ota),
])
