// A parent with children: one crashes and comes back, one ignores its stop.
import * as ds from "@devicescript/core"
import { Task } from "../../../src/tasks"
import { Device } from "./task-base"

const device = new Device()
const { tasks } = device

async function worker(task: Task): Promise<void> {
    try {
        await task.sleep(60_000)
    } finally {
        task.log.info("worker ends")
    }
}

tasks.add("server", async task => {
    task.defer(() => task.log.info("socket closed"))
    task.child("one", worker)
    task.child("two", worker)
    task.child("deaf", async () => await ds.sleep(60_000), { grace: 100 })
    task.child(
        "crash",
        async child => {
            if (child.runs === 1) throw new Error("first time")
            await child.sleep(60_000)
        },
        { restart: "on-failure", delay: 50 }
    )
    try {
        await task.sleep(60_000)
    } finally {
        task.log.info("server ends")
    }
})

await ds.sleep(300)
device.show()
await tasks.stop("server")
device.show()
console.log("ready")
