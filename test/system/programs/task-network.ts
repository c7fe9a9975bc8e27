// The task `network`, and one that requires it.
import { followNetwork } from "../../../src/firmware"
import { Device } from "./task-base"

const { tasks } = new Device()

tasks.add("network", followNetwork(), { notify: true })
tasks.add(
    "pull",
    async task => {
        task.log.info("pulling")
        try {
            await task.sleep(3600_000)
        } finally {
            task.log.info("let go")
        }
    },
    { requires: ["network"] }
)
