import type { Task } from "./tasks"

/** Lines of the demo's round, from routine to alarming; every eighth run throws. */
const ROUND = 8

/**
 * Logs at every level now and then and throws once in a while, so that all that the firmware
 * does with it can be watched. Run it as a task with a period and `restart: "on-failure"`.
 */
export function demo(task: Task): void {
    const { log, runs } = task
    const step = runs % ROUND
    log.debug("step {0} of run {1}", step, runs)
    if (step === 1) log.info("measured {0} degrees", 20 + (runs % 7))
    else if (step === 2) log.info("measured {0} degrees", 21 + (runs % 5))
    else if (step === 3) log.notice("the window was opened")
    else if (step === 4) log.warning("{0} percent of the battery left", 19)
    else if (step === 5) log.error("the sensor does not answer")
    else if (step === 6) log.critical("the pump runs dry")
    else if (step === 7) log.alert("the tank is empty")
    else throw new Error("the demo throws once in a while")
}
