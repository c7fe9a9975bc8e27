// 20 tasks and a line every 170 ms, for the latency of the remote service.
import { LogSystem, RingHandler } from "../../src/log"
import { SystemClock } from "../../src/platform"
import { startRemote } from "../../src/remote"
import { TaskRegistry } from "../../src/tasks"

const clock = new SystemClock()
const log = new LogSystem(clock)
const ring = new RingHandler(4096)
log.addHandler("ring", ring)
const tasks = new TaskRegistry({ log, clock, lines: ring })
startRemote({ clock, tasks, log, ring, hostname: "bench" })
for (let i = 0; i < 19; ++i)
    tasks.add("task-" + i, async task => {
        await task.sleep(3600000)
    })
tasks.add("line", async task => {
    while (true) {
        await task.sleep(170)
        task.log.info("a line of some length, as they are")
    }
})
