// A task that crashes repeatedly until it is given up, beside one that must not be affected.
import * as ds from "@devicescript/core"
import { Device } from "./task-base"

const device = new Device()
const { tasks } = device

tasks.add("heart", async task => {
    while (true) {
        task.log.info("beat")
        await task.sleep(100)
    }
})

tasks.add(
    "sensor",
    async task => {
        await task.sleep(20)
        throw new RangeError(`reading ${task.runs} out of range`)
    },
    { restart: "on-failure", delay: 50, maxRestarts: 3, window: 10_000 }
)

await tasks.wait("sensor")
await ds.sleep(250)
device.show()
console.log("ready")
