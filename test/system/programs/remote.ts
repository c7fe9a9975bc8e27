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
// the first line is still there when a busy machine has taken a minute or two
const ring = new RingHandler(8192)
const file = new FileRotationHandler("error.log", 1400, { flash, clock })
log.addHandler("console", new ConsoleHandler())
log.addHandler("ring", ring)
log.addHandler("file", file)
const tasks = new TaskRegistry({ log, clock, flash, journal, lines: ring })
// two settings, one of them secret, that live in RAM
const texts: Record<string, string> = { COLOUR: "red", WIFI_PWD: "hidden" }
const settings = {
    keys: () => Object.keys(texts),
    info: (key: string) => ({
        key,
        text: key === "WIFI_PWD" ? "***" : texts[key],
        origin: texts[key] === "red" ? "default" : "file",
    }),
    change: (changes: Record<string, string | undefined>) => {
        // a change that ends the program
        while (changes["COLOUR"] && changes["COLOUR"].startsWith("hang"));
        // and one after which tasks come and go
        if (changes["COLOUR"] === "guests") tasks.add("host", comeAndGo)
        for (const key of Object.keys(changes)) {
            if (!texts[key]) throw new Error(`${key}: no such setting`)
            texts[key] = changes[key] === undefined ? "red" : changes[key]
        }
    },
}
// a configuration that takes any file whole
let config = ""
const remoteConfig = {
    state: () => ({ state: "active", config }),
    offer: (offset: number, total: number, part: Buffer) => {
        if (offset === 0) config = ""
        config = config + part.toString()
        if (config.length > total) throw new Error("too long")
    },
}
async function comeAndGo(): Promise<void> {
    while (true) {
        tasks.add("guest", async task => await task.sleep(3600000))
        await ds.sleep(3)
        await tasks.delete("guest")
    }
}
startRemote({
    clock,
    tasks,
    log,
    ring,
    file,
    flash,
    settings,
    config: remoteConfig,
    hostname: "test-board",
    figures: () => ({ answer: 42 }),
})

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
