// A board that answers all questions and refuses all changes.
import { LogSystem } from "../../../src/log"
import { SystemClock } from "../../../src/platform"
import { startRemote } from "../../../src/remote"
import { TaskRegistry } from "../../../src/tasks"

const clock = new SystemClock()
const log = new LogSystem(clock)
const tasks = new TaskRegistry({ log, clock })
startRemote({ clock, tasks, log }, true)
tasks.add("idle", async task => {
    await task.sleep(3600000)
})
