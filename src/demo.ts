import type { Task } from "./tasks"

/** Ms between two lines. */
const STEP_MS = 1000

/**
 * The body of a task that logs at every level, from routine to alarming, and throws at the end
 * of its round, so that all that the firmware does with it can be watched.
 */
export async function demo(task: Task): Promise<void> {
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
