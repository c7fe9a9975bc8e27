// The reference firmware with tasks that log, fail, hang and will not stop. After SECONDS it
// lets the log run dry, prints its account and takes the heap that is left.
import * as ds from "@devicescript/core"
import { flash, log, tasks } from "../../src/main"
import { Task } from "../../src/tasks"
import { takeHeap } from "./probe"

const PULSE_MS = 100
const PROBE_MS = 250
/** Between two groups of lines, in ms: a group must not take longer than a slice may. */
const GROUP_MS = 5
/** Time for what waits to be delivered, in ms, and most lines of a group. */
const DRY_MS = 20000
const MOST_A_GROUP = 80
/** Modulus of the Lehmer generator, and its factor for 32-bit arithmetic. */
const MODULUS = 65537
const FACTOR = 75

async function number(key: string): Promise<number> {
    const slot = await flash.read(key)
    return slot ? parseInt(JSON.parse(slot.toString())) : 0
}

const seconds = await number("SECONDS")
const rate = await number("RATE")
let random = (await number("SEED")) % MODULUS || 1
let produced = 0
let latest = 0
let lateOften = 0
let slowest = 0
let ending = false

/** A whole number from 0 to below `limit`. */
function next(limit: number): number {
    random = (random * FACTOR) % MODULUS
    return random % limit
}

/** Beats, and notes how late it does. */
async function pulse(task: Task): Promise<void> {
    let due = ds.millis()
    while (true) {
        due += PULSE_MS
        await task.sleep(Math.max(0, due - ds.millis()))
        const late = ds.millis() - due
        latest = Math.max(latest, late)
        if (late >= 50) lateOften++
        if (late > PULSE_MS) due = ds.millis()
    }
}

/** Asks for the status of a task, and notes how long after it wanted to it had an answer. */
async function probe(task: Task): Promise<void> {
    while (true) {
        const asked = ds.millis()
        await task.sleep(PROBE_MS)
        const [status] = tasks.status("pulse")
        if (status.name !== "pulse") throw new Error("no status")
        slowest = Math.max(slowest, ds.millis() - asked - PROBE_MS)
    }
}

/** Logs `rate` lines a second, one in 64 of them an error. */
async function load(task: Task): Promise<void> {
    let owed = 0
    let before = ds.millis()
    while (!ending) {
        await task.sleep(GROUP_MS)
        const now = ds.millis()
        owed = Math.min(owed + ((now - before) * rate) / 1000, MOST_A_GROUP)
        before = now
        for (; owed >= 1; --owed) {
            produced++
            if (next(64) === 0) task.log.error("load {0}, an error", produced)
            else task.log.info("load {0}, as usual", produced)
        }
    }
}

async function crash(task: Task): Promise<void> {
    await task.sleep(200 + next(3000))
    throw new Error(`on purpose ${next(100)}`)
}

async function hang(task: Task): Promise<void> {
    task.feed()
    while (true) await ds.sleep(60000)
}

/** Catches its stop and goes on, until it is terminated. */
async function ignore(task: Task): Promise<void> {
    while (true) {
        try {
            await task.sleep(500)
        } catch (e: any) {
            await ds.sleep(60000)
        }
    }
}

async function annoy(task: Task): Promise<void> {
    while (!ending) {
        await task.sleep(3000 + next(8000))
        await tasks.restart("deaf")
    }
}

tasks.add("pulse", pulse, { core: true })
tasks.add("probe", probe)
tasks.add("load", load)
tasks.add("crash", crash, {
    restart: "always",
    maxRestarts: 100,
    maxDelay: 2000,
})
tasks.add("hang", hang, {
    watchdog: 5000,
    restart: "always",
    maxRestarts: 100,
    maxDelay: 2000,
})
tasks.add("deaf", ignore, { grace: 500 })
tasks.add("annoy", annoy)
await ds.sleep(seconds * 1000)
ending = true
await tasks.delete("annoy")
await tasks.delete("crash")
await tasks.delete("hang")
await tasks.delete("deaf")
await ds.sleep(DRY_MS)
for (const info of log.handlers())
    console.log(`account ${info.name} ${JSON.stringify(info.account)}`)
console.log(`figures ${produced} ${latest} ${lateOften} ${slowest}`)
takeHeap()
