// The reference firmware with a load, and with tasks that fail, hang and ignore their stop, at
// times that SEED decides. At the end it allocates the heap that is left.
import * as ds from "@devicescript/core"
import { flash, tasks } from "../../src/main"
import { Task } from "../../src/tasks"
import { ending, play, readOrder, tell } from "./load"
import { takeHeap } from "./probe"

/** Modulus of the Lehmer generator, and its factor for 32-bit arithmetic. */
const MODULUS = 65537
const FACTOR = 75
const OFTEN = {
    restart: "on-failure",
    maxRestarts: 100,
    maxDelay: 2000,
} as const

const order = await readOrder(flash)
let random = Math.max(1, order[2] % MODULUS)
let failures = 0

/** A time of up to 4 s. */
function someTime(): number {
    random = (random * FACTOR) % MODULUS
    return random % 4096
}

async function crash(task: Task): Promise<void> {
    await task.sleep(someTime())
    if (ending) return
    failures++
    throw new Error(`on purpose ${random}`)
}

/** Feeds its watchdog for a while, then no longer, so that it has to be terminated. */
async function hang(task: Task): Promise<void> {
    await task.sleep(someTime())
    task.feed()
    failures++
    while (!ending) await ds.sleep(500)
}

/** Catches its stop and goes on, until it is terminated. */
async function ignore(task: Task): Promise<void> {
    failures++
    while (!ending) {
        try {
            await task.sleep(someTime())
        } catch (e: any) {
            await ds.sleep(someTime())
        }
    }
}

tasks.add("crash", crash, OFTEN)
tasks.add("hang", hang, { watchdog: 5000, ...OFTEN })
tasks.add("deaf", ignore, { watchdog: 7000, grace: 500, ...OFTEN })
await play(tasks, order)
tell(failures)
takeHeap()
