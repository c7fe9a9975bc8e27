// The reference firmware with TASKS tasks, of which all but its own are idle; it logs STORM lines
// without a pause before the heap is measured.
import * as ds from "@devicescript/core"
import { flash, log, tasks } from "../../src/main"
import { takeHeap } from "./probe"

/** Time for devices to be found and for fibers to come to rest, in ms. */
const SETTLE_MS = 3000
/** Lines between two waits: more would run into the VM's step limit. */
const LINES_A_SLICE = 20

async function number(key: string): Promise<number> {
    const slot = await flash.read(key)
    return slot ? parseInt(JSON.parse(slot.toString())) : 0
}

async function storm(lines: number): Promise<void> {
    // also for none: what a logger takes is not what its lines take
    const logger = log.logger("storm")
    for (let n = 0; n < lines; ++n) {
        logger.warning("line {0} of a storm that nobody takes away", n)
        if (n % LINES_A_SLICE === 0) await ds.sleep(0)
    }
}

const wanted = await number("TASKS")
for (let i = tasks.names().length; i < wanted; ++i)
    tasks.add(`idle${i}`, async task => {
        while (true) await task.sleep(3600000)
    })
await ds.sleep(SETTLE_MS)
await storm(await number("STORM"))
await ds.sleep(SETTLE_MS)
takeHeap()
