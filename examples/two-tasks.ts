// Two tasks without ready-made parts: one runs every two seconds, one fails and is restarted.
import { ConsoleHandler, LogSystem, SystemClock, TaskRegistry } from "../src"

const clock = new SystemClock()
const log = new LogSystem(clock)
log.addHandler("console", new ConsoleHandler())
const tasks = new TaskRegistry({ log, clock })

tasks.add(
    "sensor",
    async task => {
        await task.sleep(100)
        task.log.info("measured {0} degrees", 20 + (task.runs % 5))
    },
    { every: 2000 }
)

tasks.add(
    "flaky",
    async task => {
        await task.sleep(500)
        throw new Error("the cable is loose")
    },
    { restart: "on-failure", delay: 1000 }
)
