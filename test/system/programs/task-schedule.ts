// Tasks by the clock: a period, a delay, a time of day once the clock is known.
import * as ds from "@devicescript/core"
import { Device } from "./task-base"

/** Half a second before 06:30 (UTC) of a day, in Unix ms. */
const BEFORE_HALF_SEVEN =
    1_800_000_000_000 - (1_800_000_000_000 % 86_400_000) + 23_399_500

const device = new Device()
const { tasks, clock } = device

tasks.add("poll", async task => task.log.info("poll {0}", task.runs), {
    every: 200,
})
tasks.add("late", async task => task.log.info("late"), { in: 300 })
tasks.add("slow", async task => await task.sleep(250), { every: 100 })
tasks.add("morning", async task => task.log.info("good morning"), {
    at: "06:30",
    every: 86_400_000,
})

await ds.sleep(500)
device.show()
clock.setWall(BEFORE_HALF_SEVEN)
await ds.sleep(700)
device.show()
console.log("ready")
