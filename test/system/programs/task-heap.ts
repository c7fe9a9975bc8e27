// Measures heap: adds tasks, then allocates until the VM is out of memory (panic 60004).
import * as ds from "@devicescript/core"
import { LogSystem } from "../../../src/log"
import { SystemClock } from "../../../src/platform"
import { Task, TaskRegistry } from "../../../src/tasks"

/** Bytes of an object with one field: 16 of the object, 4 and 4 x 16 of its table. */
const OBJECT_BYTES = 84

/**
 * Prints `free N` with the bytes that are free beside `count` tasks, over and over, the last of
 * them true, until the VM panics.
 * @param isRunning whether the tasks run and sleep, or are only registered
 */
export async function measureHeap(
    count: number,
    isRunning: boolean
): Promise<void> {
    const clock = new SystemClock()
    const log = new LogSystem(clock)
    const tasks = new TaskRegistry({ log, clock, autoBoot: false })
    await tasks.boot()
    const names: string[] = []
    for (let i = 0; i < 50; ++i) names.push("task-" + i)
    const body = async (task: Task) => await task.sleep(600_000)
    const options = { autostart: isRunning }
    for (let i = 0; i < count; ++i) tasks.add(names[i], body, options)
    await ds.sleep(200)
    let chain: any
    for (let i = 1; true; ++i) {
        chain = { next: chain }
        if (i % 2 === 0) console.log(`free ${i * OBJECT_BYTES}`)
        if (i % 64 === 0) await ds.sleep(0)
    }
}
