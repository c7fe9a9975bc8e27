// rows: T19
import * as ds from "@devicescript/core"
import { describe, test } from "@devicescript/test"
import { RingHandler } from "../../src/log"
import { MAX_LISTED_TASKS, MAX_TASKS, Task } from "../../src/tasks"
import { Bench, expectError, forever, same, until } from "./support/tasks"

/** Steps that the VM allows between two switches of fibers. */
const STEP_LIMIT = 131_072
/** As many tasks with eight names each as the heap has room for beside the tests. */
const COUNT = 36
/** Steps of the VM in one round of `burn`: the VM panics after 10,075 rounds. */
const STEPS_PER_ROUND = 13

/** Uses up `steps` steps of the VM without a switch. */
function burn(steps: number): number {
    let sum = 0
    const rounds = Math.idiv(steps, STEPS_PER_ROUND)
    for (let i = 0; i < rounds; ++i) sum += i
    return sum
}

/** In half of a slice's steps. */
async function inHalfASlice(action: () => void): Promise<void> {
    await ds.sleep(0)
    burn(STEP_LIMIT / 2)
    action()
    await ds.sleep(0)
}

async function fill(bench: Bench, options?: object): Promise<void> {
    const { tasks } = bench
    await tasks.boot()
    for (let i = 0; i < MAX_TASKS; ++i) {
        tasks.add("task" + i, forever, options)
        if (i % 8 === 7) await ds.sleep(0)
    }
}

describe("tasks: as many as are allowed", () => {
    test("every command and question about all of them in half a slice", async () => {
        const ring = new RingHandler(1024)
        const bench = new Bench({ lines: ring })
        const { tasks, log } = bench
        log.addHandler("ring", ring)
        await fill(bench)
        await bench.become("task63", "running")
        let count = 0
        for (const name of tasks.names()) {
            count += tasks.status(name).length
            await ds.sleep(0)
        }
        same(count, 64)
        await inHalfASlice(() => {
            count = tasks.status("task1*").length
        })
        same(count, 11)
        await inHalfASlice(() => {
            count = tasks.names().length + tasks.names("task*").length
        })
        same(count, 128)
        await inHalfASlice(() => {
            count = tasks.stats("task1*").length + tasks.summary().tasks
        })
        same(count, 75)
        await inHalfASlice(() => {
            count = tasks.statusText("task1*").length
        })
        same(count > 300, true)
        await inHalfASlice(() => {
            tasks.schedule("*", { in: 60_000 })
        })
        await inHalfASlice(() => {
            tasks.unschedule("*")
        })
        await inHalfASlice(() => tasks.start("*"))
        const tooMany = "64 tasks, at most 24 in a list; ask for each of names"
        await inHalfASlice(() => {
            expectError(tooMany, () => tasks.statusText())
            expectError(tooMany, () => tasks.status())
            expectError(tooMany, () => tasks.stats("*"))
        })
        expectError("one more than 64", () => tasks.add("more", forever))
        same(MAX_LISTED_TASKS, 24)
        let shown = 0
        await tasks.showStatus(text => {
            shown++
            same(text.includes(": running since"), true)
        })
        same(shown, 64)
        await tasks.stop("*")
        await inHalfASlice(() => tasks.start("*"))
        await until("all run", () => tasks.names(":running").length === 64)
        await tasks.delete("*")
        await tasks.dispose()
    })

    test("a loop of commands that have nothing to wait for", async () => {
        const { tasks } = new Bench()
        await tasks.boot()
        const idle = { autostart: false }
        for (let i = 0; i < 300; ++i) {
            tasks.add("short", forever, idle)
            await tasks.delete("short")
        }
        tasks.add("idle", forever, idle)
        for (let i = 0; i < 400; ++i) await tasks.stop("idle")
        for (let i = 0; i < 400; ++i) await tasks.wait("idle")
        same(tasks.get("idle").state, "stopped")
        await tasks.dispose()
    })

    test("all are due at once, and by a clock that is set", async () => {
        const bench = new Bench()
        const { tasks, clock } = bench
        await fill(bench, { at: "12:00", every: 86_400_000 })
        const noon = 19_000 * 86_400_000 + 43_200_000
        clock.setWall(noon - 3000)
        await inHalfASlice(() => clock.setWall(noon - 600))
        await until("all ran", () => tasks.names(":running").length === 64)
        await tasks.dispose()
    })

    test("in a deep tree, and in a wide one", async () => {
        const bench = new Bench()
        const { tasks } = bench
        const deep = async (task: Task) => {
            if (task.name.length < 40) task.child("d", deep)
            await task.sleep(60_000)
        }
        tasks.add("d", deep)
        tasks.add("w", async task => {
            for (let i = 0; i < 20; ++i) {
                task.child("c" + i, forever)
                if (i % 8 === 7) await task.sleep(0)
            }
            await task.sleep(60_000)
        })
        await until("a tree", () => tasks.names(":running").length === 42)
        let last = ""
        await inHalfASlice(() => {
            last = tasks.names().join()
        })
        same(last.includes("d.d.d.d.d.d.d.d.d.d.d.d.d.d.d.d.d.d.d.d"), true)
        await inHalfASlice(() => {
            last = tasks.statusText("d*", false)
        })
        let shown = 0
        await tasks.showStatus(() => {
            shown++
        })
        same(shown, 42)
        await tasks.restart("d")
        await tasks.stop("*")
        same(tasks.names(":running").length, 0)
        await tasks.delete("*")
        same(tasks.names().length, 0)
        await tasks.dispose()
    })

    test("each requires up to eight others, and the first goes down", async () => {
        const bench = new Bench()
        const { tasks } = bench
        await tasks.boot()
        for (let i = COUNT - 1; i >= 0; --i) {
            const requires: string[] = []
            for (let j = Math.max(0, i - 8); j < i; ++j) requires.push("r" + j)
            tasks.add("r" + i, forever, { requires })
            if (i % 8 === 0) await ds.sleep(0)
        }
        const last = tasks.get("r" + (COUNT - 1))
        await until("all run", () => last.state === "running")
        await tasks.restart("r0")
        await until("again", () => last.runs === 2 && last.state === "running")
        await tasks.stop("r0")
        same(tasks.names(":waiting").length, COUNT - 1)
        await tasks.dispose()
    })
})
