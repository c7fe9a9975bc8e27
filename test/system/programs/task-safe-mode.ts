// A task that panics the VM at every start, until safe mode leaves it out.
import * as ds from "@devicescript/core"
import { SettingsFlash } from "../../../src/platform"
import { Device } from "./task-base"

const flash = new SettingsFlash()
const device = new Device({ flash, stableMs: 1000, maxShortStarts: 2 })
const { tasks } = device

tasks.add("console", async task => await task.sleep(60_000), { core: true })
tasks.add("bad", async task => {
    await task.sleep(50)
    // a fiber of its own is not supervised: what it throws ends the program
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
