import * as ds from "@devicescript/core"
import { splitText } from "../platform"
import { DEMO_SETTINGS, Settings } from "../settings"
import type { Task } from "../tasks"
import { log, tasks } from "./core"

/** Time between two lines, ms. */
const STEP_MS = 1000
/** Level and message of each line; one text, as that takes no code. */
const LINES = `6 measured {0} degrees
7 nothing to tell
5 the window was opened
4 19 percent of the battery left
3 the sensor does not answer
2 the pump runs dry
1 the tank is empty`

/**
 * Adds the task `demo`, which logs at every level and throws once in a while, so that there is
 * something to look at. With `DEMO=true`, and in the simulator unless `DEMO=false`.
 */
export function demo(settings: Settings<typeof DEMO_SETTINGS>): void {
    const isOn = settings.get("DEMO") ?? ds.isSimulator()
    log.enableProgress(isOn)
    if (isOn)
        tasks.add("demo", logAtEveryLevel, {
            restart: "on-failure",
            maxDelay: 2000,
            maxRestarts: 100,
        })
}

/**
 * The body of the task: logs at every level, from routine to alarming, and throws at the end of its
 * round, to show what the firmware does with it.
 */
async function logAtEveryLevel(task: Task): Promise<void> {
    for (const line of splitText(LINES, "\n")) {
        task.log.log(parseInt(line), line.slice(2), 20 + (task.runs & 7))
        await task.sleep(STEP_MS)
    }
    throw new Error("the demo throws once in a while")
}
