// The whole firmware, and tasks that never rest: each goes on at once after each of its waits.
import { startBoard } from "../../../boards"
import { firmware, tasks } from "../../../src/firmware"
import { Signal } from "../../../src/platform"

/** Some 2,000 steps. */
function compute(): number {
    let sum = 0
    for (let i = 0; i < 100; i++) sum += i * i
    return sum
}

await firmware(startBoard)
for (const name of ["computes", "computes2"])
    tasks.add(name, async task => {
        while (true) {
            for (let i = 0; i < 20; i++) compute()
            await task.sleep(0)
        }
    })
const never = new Signal()
tasks.add("polls", async task => {
    while (!(await task.wait(never, 0))) compute()
})
tasks.add("commands", async () => {
    while (true) await tasks.stop("other")
})
tasks.add("other", () => {}, { autostart: false })
tasks.add("often", () => compute(), { every: 1 })
