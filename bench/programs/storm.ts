// The reference firmware in a log storm, with a task that asks for the status of another. At the end
// it takes the heap that is left.
import * as ds from "@devicescript/core"
import { tasks } from "../../src/main"
import { Task } from "../../src/tasks"
import { play } from "./load"
import { takeHeap } from "./probe"

const PERIOD_MS = 250

let slowest = 0

/** Asks for the status of a task, and notes how long after it wanted to it had an answer. */
async function probe(task: Task): Promise<void> {
    while (true) {
        const asked = ds.millis()
        await task.sleep(PERIOD_MS)
        const [status] = tasks.status("pulse")
        if (status.name !== "pulse") throw new Error("no status")
        slowest = Math.max(slowest, ds.millis() - asked - PERIOD_MS)
    }
}

tasks.add("probe", probe)
await play(() => slowest)
takeHeap()
