import * as ds from "@devicescript/core"
import { DEMO_SETTINGS, Settings } from "../settings"
import type { Task } from "../tasks"
import { log, tasks } from "./core"

/** Ms between two lines. */
const STEP_MS = 1000

/**
 * A task that logs at every level and throws once in a while, in the simulator or with `DEMO=true`:
 * what to look at first.
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
 * The body of a task that logs at every level, from routine to alarming, and throws at the end
 * of its round, so that all that the firmware does with it can be watched.
 */
async function logAtEveryLevel(task: Task): Promise<void> {
    const { log } = task
    log.info("measured {0} degrees", 20 + (task.runs % 7))
    await task.sleep(STEP_MS)
    log.debug("nothing to tell")
    log.notice("the window was opened")
    await task.sleep(STEP_MS)
    log.warning("{0} percent of the battery left", 19)
    await task.sleep(STEP_MS)
    log.error("the sensor does not answer")
    await task.sleep(STEP_MS)
    log.critical("the pump runs dry")
    await task.sleep(STEP_MS)
    log.alert("the tank is empty")
    await task.sleep(STEP_MS)
    throw new Error("the demo throws once in a while")
}
