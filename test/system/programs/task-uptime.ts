// Tasks that count their seconds, and one that does not stop, for a board that is up for weeks.
import * as ds from "@devicescript/core"
import { SettingsFlash, SystemClock } from "../../../src/platform"
import { BootJournal } from "../../../src/tasks"
import { Device } from "./task-base"

const clock = new SystemClock()
const journal = new BootJournal(new SettingsFlash(), clock)
const { tasks } = new Device({ journal })

tasks.add("loop", async task => {
    while (true) {
        await task.sleep(1000)
        console.log(`loop at ${ds.millis()}`)
    }
})
tasks.add("planned", () => console.log(`planned at ${ds.millis()}`), {
    every: 1000,
})
tasks.add("daily", () => console.log("daily"), { every: 86_400_000 })
tasks.add(
    "stubborn",
    async () => {
        while (true) await ds.sleep(2000)
    },
    { grace: 60_000 }
)
await tasks.boot()
console.log(`begins after: ${tasks.deviceStats().lastEnd}`)
