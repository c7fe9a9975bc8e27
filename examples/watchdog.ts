// Watchdog and escalation: a task that hangs is restarted; when its restarts are used up, the
// device is. In safe mode, after five short starts in a row, only core tasks run.
import { consoleLog, startCore, tasks } from "../src"

await startCore([])
consoleLog()

tasks.add(
    "pump",
    async task => {
        task.feed()
        task.log.info("pumps")
        // hangs: the watchdog is not fed again
        await task.sleep(60000)
    },
    {
        watchdog: 500,
        restart: "on-failure",
        delay: 100,
        maxRestarts: 2,
        escalate: "restart",
    }
)
