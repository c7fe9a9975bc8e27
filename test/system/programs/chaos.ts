// A board with all parts but the heartbeat, which would not fit beside updates: commands, updates, outages
// and power cuts come at random. Its tasks log, fail, wait for another one and have a child.
import {
    busClock,
    consoleLog,
    FILE_SETTINGS,
    flashLog,
    guardStart,
    lateSyslog,
    network,
    ota,
    OTA_SETTINGS,
    ramLog,
    remote,
    REMOTE_SETTINGS,
    settingsFile,
    startCore,
    startDone,
    syslog,
    SYSLOG_SETTINGS,
    tasks,
    verifyHmac,
} from "../../../src"

const guard = await guardStart(settingsFile)
const settings = await startCore([
    FILE_SETTINGS,
    SYSLOG_SETTINGS,
    REMOTE_SETTINGS,
    OTA_SETTINGS,
])
consoleLog()
ramLog()
flashLog(settings)
syslog(settings)
busClock()
network()
lateSyslog()
remote(
    settings,
    ota(settings, guard, verifyHmac, () => [])
)
await startDone()

let lines = 0
tasks.add("chatty", async task => {
    while (true) {
        lines++
        if (lines % 50 === 0) task.log.error("trouble {0}", lines)
        else task.log.info("line {0}", lines)
        await task.sleep(150)
    }
})
tasks.add(
    "flaky",
    async task => {
        await task.sleep(300)
        throw new Error("on purpose")
    },
    { every: 2000, restart: "on-failure", maxRestarts: 3, window: 5000 }
)
tasks.add(
    "parent",
    async task => {
        task.child("child", async child => {
            while (true) await child.sleep(500)
        })
        while (true) await task.sleep(700)
    },
    { requires: ["chatty"], restart: "always" }
)
