// A schedule by the wall clock: at a time of day (UTC), then every day. The task waits while the
// time is unknown; here it comes from the real-time clock on the bus.
import { busClock, consoleLog, startCore, tasks } from "../src"

const SETTINGS = `# settings
WATER_AT: text 5 8 restart = 06:30 | time of day, UTC`

const settings = await startCore([SETTINGS])
consoleLog()
busClock()

tasks.add("water", task => task.log.notice("waters the plants"), {
    at: settings.get("WATER_AT"),
    every: 24 * 3600 * 1000,
})
