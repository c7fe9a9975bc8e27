// What soak and storm have in common: a task that logs, and one that beats and notes how late it
// does. Small, since the firmware leaves little room for code.
import * as ds from "@devicescript/core"
import type { LogSystem } from "../../src/log"
import type { FlashSlots } from "../../src/platform"
import type { Task, TaskRegistry } from "../../src/tasks"

const PULSE_MS = 100
/** From here on a beat counts as late, in ms, and the host is told at once. */
const LATE_MS = 50
/** Between two groups of lines, in ms: a group must not take longer than a slice may. */
const GROUP_MS = 5
const MOST_A_GROUP = 80
/** Time for what waits to be delivered, in ms. */
const DRY_MS = 20000

/** True when the load is over, and tasks are to end. */
export let ending = false
let produced = 0
let latest = 0
let lateOften = 0

/** A setting that only the benchmark knows; 0 when it is not there. */
export async function number(flash: FlashSlots, key: string): Promise<number> {
    const slot = await flash.read(key)
    return slot ? parseInt(JSON.parse(slot.toString())) : 0
}

/** Beats, and notes how late it does. */
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
            if (++produced % 64) task.log.info("load {0}, as usual", produced)
            else task.log.error("load {0}, an error", produced)
    }
}

/** What the load runs on. */
export interface Ground {
    flash: FlashSlots
    log: LogSystem
    tasks: TaskRegistry
}

/**
 * Lets the load run for SECONDS and the log run dry, and prints the account of all handlers,
 * and what was noted.
 * @param more put at the end of the figures
 */
export async function play(ground: Ground, more: () => number): Promise<void> {
    const { flash, log, tasks } = ground
    const rate = await number(flash, "RATE")
    tasks.add("pulse", pulse, { core: true })
    tasks.add("load", load, { args: [rate] })
    await ds.sleep((await number(flash, "SECONDS")) * 1000)
    ending = true
    await ds.sleep(DRY_MS)
    log.handlers().forEach(({ name, account }) =>
        console.log(`account ${name} ${JSON.stringify(account)}`)
    )
    console.log(`figures ${produced} ${latest} ${lateOften} ${more()}`)
}
