// The whole firmware, and a task that panics the VM at every start until safe mode leaves it out.
import { startBoard } from "../../../boards"
import { firmware, tasks } from "../../../src/firmware"

await firmware(startBoard)
tasks.add("bad", async task => {
    await task.sleep(50)
    // another fiber is not supervised: what it throws ends the program
    const rogue = async () => {
        throw new Error("nobody catches this")
    }
    rogue.start()
})
