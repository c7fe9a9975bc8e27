// A board that logs 100 numbered lines.
import { LogSystem, RingHandler } from "../../../src/log"
import { SystemClock } from "../../../src/platform"
import { startRemote } from "../../../src/remote"
import { TaskRegistry } from "../../../src/tasks"

const LINES = 100
const PAUSE_MS = 40

const clock = new SystemClock()
const log = new LogSystem(clock)
const ring = new RingHandler(8192)
log.addHandler("ring", ring)
const tasks = new TaskRegistry({ log, clock })
startRemote({ clock, tasks, log, ring })
tasks.add("count", async task => {
    for (let i = 1; i <= LINES; ++i) {
        task.log.info("line {0}", i)
        await task.sleep(PAUSE_MS)
    }
})
