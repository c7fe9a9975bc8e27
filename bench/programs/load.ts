// Common to soak and storm: a task that logs, and one that beats and records how late each beat
// is. Small, since the firmware leaves little room for code.
import * as ds from "@devicescript/core"
import type { FlashSlots } from "../../src/platform"
import type { Task, TaskRegistry } from "../../src/tasks"

const PULSE_MS = 100
/** A beat that is late by at least this time is counted and reported to the host at once, in ms. */
const LATE_MS = 50
/** Between two groups of lines, in ms: a group must not take longer than a slice may. */
const GROUP_MS = 5
const MOST_A_GROUP = 80
/** Time for what is queued to be delivered, in ms. */
const DRY_MS = 20000

/** True when the load is over, and tasks are to end. */
export let ending = false
let produced = 0
let latest = 0
let lateOften = 0

/** What the host has put into the setting LOAD: seconds, lines a second, seed. */
export async function readOrder(flash: FlashSlots): Promise<number[]> {
    return JSON.parse((await flash.read("LOAD")).toString())
}

/** Beats, and records how late each beat is. */
async function pulse(task: Task): Promise<void> {
    let due = ds.millis()
    while (true) {
        due += PULSE_MS
        await task.sleep(Math.max(0, due - ds.millis()))
        const late = ds.millis() - due
        latest = Math.max(latest, late)
        if (late >= LATE_MS) {
            lateOften++
            console.log(`late ${late}`)
        }
        if (late > PULSE_MS) due = ds.millis()
    }
}

/** Logs `rate` lines a second, one in 64 of them an error. */
async function load(task: Task, rate: number): Promise<void> {
    let owed = 0
    let before = ds.millis()
    while (!ending) {
        await task.sleep(GROUP_MS)
        const now = ds.millis()
        owed = Math.min(owed + ((now - before) * rate) / 1000, MOST_A_GROUP)
        before = now
        for (; owed >= 1; --owed)
            if (++produced % 64 > 0)
                task.log.info("load {0}, as usual", produced)
            else task.log.error("load {0}, an error", produced)
    }
}

/**
 * Runs the load, then gives the log time to deliver what is queued.
 * @param order as `readOrder` gives it
 */
export async function play(
    tasks: TaskRegistry,
    order: number[]
): Promise<void> {
    tasks.add("pulse", pulse, { core: true })
    tasks.add("load", load, { args: [order[1]] })
    await ds.sleep(order[0] * 1000)
    ending = true
    await ds.sleep(DRY_MS)
}

/** Prints what was noted, and what the program counts besides. */
export function tell(more: number): void {
    console.log(`figures ${produced} ${latest} ${lateOften} ${more}`)
}
