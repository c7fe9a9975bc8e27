// A task that falls silent, and one that hangs where it cannot be stopped.
import * as ds from "@devicescript/core"
import { Device } from "./task-base"

const device = new Device()
const { tasks } = device
const options: any = {
    watchdog: 200,
    grace: 100,
    restart: "on-failure",
    delay: 50,
    maxRestarts: 1,
}

tasks.add(
    "silent",
    async task => {
        for (let i = 0; i < 3; ++i) {
            task.feed()
            await task.sleep(100)
        }
        await task.sleep(60_000)
    },
    options
)
tasks.add("hung", async () => await ds.sleep(60_000), options)

await tasks.wait("*")
device.show()
console.log("ready")
