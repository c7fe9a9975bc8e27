// rows: T18
import { describe, test } from "@devicescript/test"
import { TaskRegistry } from "../../src/tasks"
import { Bench, emptyBench, expectError, forever, same } from "./support/tasks"

function configure(tasks: TaskRegistry, options: any): void {
    expectError("safe mode: ", () => tasks.configureSafeMode(options))
}

describe("tasks: safe mode and commands", () => {
    test("wrong limits are refused", async () => {
        const { tasks } = await emptyBench()
        configure(tasks, { safeModeMs: -1 })
        configure(tasks, { maxShortStarts: 256 })
        configure(tasks, { safeMode: 50 })
        configure(tasks, 50)
        const none: any = undefined
        expectError("a function", () => tasks.onChange(none))
    })

    test("what is done stays done, and enable waits for its end", async () => {
        const bench = new Bench()
        const { tasks } = bench
        const once = tasks.add("once", async () => 5)
        const off = tasks.add("off", forever)
        await bench.become("once", "done")
        await bench.become("off", "running")
        await tasks.disable("off")
        const none: any = undefined
        await tasks.setOptions("off", none)
        await tasks.enterSafeMode()
        same(once.state, "done")
        await tasks.enable("off")
        same(off.state, "stopped")
        await tasks.leaveSafeMode()
        await bench.become("off", "running")
        same(once.state, "done")
        same(once.runs, 1)
        await tasks.dispose()
    })

    test("a plan of schedule waits for its end, and comes back with it", async () => {
        const bench = new Bench()
        const { tasks } = bench
        const manual = { autostart: false }
        tasks.add("core", forever, { autostart: false, core: true })
        tasks.add("before", forever, manual)
        tasks.add("during", forever, manual)
        tasks.add("stopped", forever)
        await tasks.boot()
        await tasks.stop("stopped")
        tasks.schedule("before", { in: 60_000 })
        await tasks.enterSafeMode()
        for (const name of ["core", "during", "stopped"])
            tasks.schedule(name, { in: 60_000 })
        same(tasks.names(":scheduled").join(), "core")
        await tasks.leaveSafeMode()
        same(tasks.names(":scheduled").join(), "core,before,during,stopped")
        await tasks.dispose()
    })
})
