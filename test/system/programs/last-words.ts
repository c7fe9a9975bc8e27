// The firmware, with a task that logs until it is stopped, and one more line then.
import { startBoard } from "../../../boards"
import { firmware, tasks } from "../../../src"

await firmware(startBoard)
tasks.add("chatty", async task => {
    task.defer(() => task.log.warning("the last words"))
    for (let n = 1; true; ++n) {
        task.log.info("line {0}", n)
        await task.sleep(50)
    }
})
