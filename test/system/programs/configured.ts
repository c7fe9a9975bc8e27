// A board whose settings are changed over the bus: settings file, updates over the air, remote
// service and tasks, as the default firmware has them, and little else.
import * as ds from "@devicescript/core"
import { ConsoleHandler, LogSystem, RingHandler } from "../../../src/log"
import { SocketArbiter } from "../../../src/net"
import {
    guardStart,
    OTA_SETTINGS,
    otaConfig,
    pullUpdates,
    startOta,
    updateBoard,
    verifyHmac,
} from "../../../src/ota"
import {
    deviceId,
    SettingsFlash,
    SystemClock,
    SystemSocket,
} from "../../../src/platform"
import { startRemote } from "../../../src/remote"
import {
    changeSettings,
    firmwareSettings,
    loadSettings,
    openSettingsFile,
    SettingsFile,
    settingInfo,
    settingKeys,
} from "../../../src/settings"
import { BootJournal, TaskRegistry } from "../../../src/tasks"

/** A setting of the longest name, which is that of no secret although it looks like one. */
const DOOR_SETTINGS = `# settings
KEYPAD_BESIDE_THE_DOOR_TO_THE_GREENHOUSE: text 0 40 = hall | where it is` as const

const clock = new SystemClock()
const flash = new SettingsFlash()
const arbiter = new SocketArbiter(clock, new SystemSocket())
const file = new SettingsFile(flash)
const guard = await guardStart(file)
const settings = await loadSettings(flash, [
    ...firmwareSettings(),
    OTA_SETTINGS,
    DOOR_SETTINGS,
])
await openSettingsFile(settings, file)
const journal = new BootJournal(flash, clock)
await journal.open()

const log = new LogSystem(clock, settings.get("LOG_LEVEL"))
const ring = new RingHandler(2048)
log.addHandler("console", new ConsoleHandler())
log.addHandler("ring", ring)
settings.subscribe("LOG_LEVEL", () => log.setSpec(settings.get("LOG_LEVEL")))
const system = log.logger("system")
settings.problems().forEach(({ message }) => system.error("{0}", message))

const tasks = new TaskRegistry({ log, clock, flash, journal, lines: ring })
const restart = () => tasks.shutDown(() => ds.restart())
const ota = startOta({
    clock,
    settings,
    verify: verifyHmac,
    file,
    tasks,
    log: log.logger("config"),
    device: deviceId(),
    guard,
    hasCollector: () => false,
    restart,
})
tasks.add("ota", updateBoard(ota, [pullUpdates(ota, arbiter)]), {
    core: true,
    restart: "on-failure",
})
// crashes in a loop under one setting
tasks.add(
    "app",
    async task => {
        if (settings.get("HOSTNAME") === "faulty") throw new Error("not so")
        while (true) {
            await task.sleep(1000)
            task.log.debug("all is well")
        }
    },
    { restart: "on-failure", delay: 100, maxDelay: 200 }
)
startRemote({
    clock,
    tasks,
    log,
    ring,
    hostname: settings.get("HOSTNAME") || "configured",
    settings: {
        keys: () => settingKeys(settings),
        info: key => settingInfo(settings, key),
        change: async texts => {
            await changeSettings(settings, texts)
        },
    },
    config: otaConfig(ota),
    reboot: restart,
})
