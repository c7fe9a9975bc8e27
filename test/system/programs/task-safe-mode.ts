// A task that panics the VM at every start, until safe mode leaves it out.
import * as ds from "@devicescript/core"
import { SettingsFlash, SystemClock } from "../../../src/platform"
import { BootJournal } from "../../../src/tasks"
import { Device } from "./task-base"

const flash = new SettingsFlash()
const journal = new BootJournal(flash, new SystemClock(), 1000)
const device = new Device({ journal, maxShortStarts: 2 })
const { tasks } = device

tasks.add("console", async task => await task.sleep(60_000), { core: true })
tasks.add("bad", async task => {
    await task.sleep(50)
    // another fiber is not supervised: what it throws ends the program
    const rogue = async () => {
        throw new Error("nobody catches this")
    }
    rogue.start()
})

await tasks.boot()
await ds.sleep(1500)
const { boot, safe, shortStarts } = tasks.deviceStats()
console.log(`boot ${boot} lasted, safe ${safe}, ${shortStarts} short starts`)
device.show()
if (safe) tasks.shutDown(() => ds.restart())
