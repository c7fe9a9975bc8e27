// An application that uses tasks only; the registry needs a log to write to.
import { LogSystem } from "../../src/log"
import { SystemClock } from "../../src/platform"
import { TaskRegistry } from "../../src/tasks"

const clock = new SystemClock()
const tasks = new TaskRegistry({ log: new LogSystem(clock), clock })
tasks.add("sensor", async task => await task.sleep(1000), {
    restart: "always",
})
