// A board with tasks, a log and the remote service, for the tests of fiberctl.
import * as ds from "@devicescript/core"
import { FileRotationHandler } from "../../../src/flashlog"
import { ConsoleHandler, LogSystem, RingHandler } from "../../../src/log"
import { SettingsFlash, SystemClock } from "../../../src/platform"
import { startRemote } from "../../../src/remote"
import { BootJournal, TaskRegistry } from "../../../src/tasks"

const clock = new SystemClock()
const flash = new SettingsFlash()
const journal = new BootJournal(flash, clock)
await journal.open()
const log = new LogSystem(clock)
const ring = new RingHandler(2048)
const file = new FileRotationHandler("error.log", 1400, { flash, clock })
log.addHandler("console", new ConsoleHandler())
log.addHandler("ring", ring)
log.addHandler("file", file)
const tasks = new TaskRegistry({ log, clock, flash, journal, lines: ring })
startRemote({ clock, tasks, log, ring, file, hostname: "test-board" })

tasks.add("sensor", async task => {
    while (true) {
        await task.sleep(1000)
        task.log.info("measured {0} degrees", 20)
    }
})
tasks.add("job", async () => "Küche", { every: 2000 })
tasks.add("broken", async () => {
    throw new Error("the cable is loose")
})
// takes its time to end
tasks.add(
    "stubborn",
    async task => {
        task.defer(async () => {
            await ds.sleep(1500)
        })
        await task.sleep(3600000)
    },
    { autostart: false, grace: 5000 }
)
