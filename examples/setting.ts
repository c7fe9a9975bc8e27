// A setting of one's own that takes effect at once: `fiberctl settings set PUMP_EVERY=1s` changes
// the schedule of a task while it runs, and the change survives a reset.
import {
    consoleLog,
    followSettings,
    remote,
    REMOTE_SETTINGS,
    startCore,
    tasks,
} from "../src"

const SETTINGS = `# settings
PUMP_EVERY: duration 100ms 1d = 1h | how often the pump runs`

const settings = await startCore([SETTINGS, REMOTE_SETTINGS])
consoleLog()

tasks.add("pump", task => task.log.info("pumps"), { autostart: false })
followSettings(settings, "every=PUMP_EVERY", plan =>
    tasks.schedule("pump", plan)
)
remote(settings)
