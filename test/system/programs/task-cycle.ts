// A cycle of dependencies, a missing name, and tasks that neither affects.
import { Device } from "./task-base"
import { Task } from "../../../src/tasks"

const device = new Device()
const { tasks } = device
const body = async (task: Task) => await task.sleep(60_000)

tasks.add("wifi", body, { core: true })
tasks.add("mqtt", body, { requires: ["broker"] })
tasks.add("broker", body, { requires: ["store"] })
tasks.add("store", body, { after: ["mqtt"] })
tasks.add("orphan", body, { requires: ["nobody"] })
tasks.add("clock", body, { requires: ["wifi"] })

await tasks.wait("clock", 300)
device.show()
console.log("ready")
