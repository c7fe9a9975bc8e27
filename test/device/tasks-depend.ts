import * as ds from "@devicescript/core"
import { describe, test } from "@devicescript/test"
import { Task, TaskBody, TaskOptions } from "../../src/tasks"
import { Bench, emptyBench, forever, same, until } from "./support/tasks"

/** A body that notes its start, and its end, for which it takes `ms`. */
function noting(order: string[], ms: number): TaskBody {
    return async task => {
        order.push("+" + task.name)
        try {
            await task.sleep(60_000)
        } finally {
            await ds.sleep(ms)
            order.push("-" + task.name)
        }
    }
}

/** A periodic task and one that requires it, both of which run. */
async function periodicPair() {
    const bench = await emptyBench()
    const p = bench.tasks.add("p", async task => await task.sleep(20), {
        every: 60,
    })
    const d = bench.tasks.add("d", forever, { requires: ["p"] })
    await bench.become("d", "running")
    await bench.become("p", "running")
    return { bench, p, d }
}

describe("tasks: dependencies", () => {
    test("T11 core tasks first, then the others, each after what it names", async () => {
        const bench = new Bench({ autoBoot: false })
        const { tasks } = bench
        const order: string[] = []
        const add = (name: string, options: TaskOptions, setup = 0) =>
            tasks.add(
                name,
                async task => {
                    order.push(name)
                    if (setup > 0) await task.sleep(setup)
                    task.ready()
                    await task.sleep(60_000)
                },
                options
            )
        add("app", { requires: ["db"], after: ["net"] })
        add("db", { after: ["net"] })
        add("net", { notify: true }, 20)
        add("log", { core: true })
        add("clock", { core: true, after: ["log"] })
        await ds.sleep(10)
        same(order.length, 0, "nothing starts before the boot")
        await tasks.boot()
        await bench.become("app", "running")
        same(order.join(), "log,clock,net,db,app")
        await tasks.delete("*")
    })

    test("T11 a cycle names its path and fails only its members and what requires them", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        tasks.add("a", forever, { requires: ["b"] })
        tasks.add("b", forever, { after: ["c"] })
        tasks.add("c", forever, { requires: ["a"] })
        tasks.add("d", forever, { requires: ["c"] })
        tasks.add("e", forever, { after: ["a"] })
        tasks.add("f", forever)
        await bench.become("d", "failed")
        for (const name of ["a", "b", "c"]) same(bench.state(name), "failed")
        await bench.become("e", "running")
        same(bench.state("f"), "running")
        const lines = bench.grep("cycle")
        same(lines.length, 1, "one line")
        same(lines[0], "error tasks cycle of dependencies: a -> b -> c -> a")
        same(tasks.get("d").error.message, 'requires "c": failed')
        same(tasks.get("a").error.message.includes("a -> b -> c -> a"), true)
        tasks.start("a")
        await until("said again", () => bench.grep("cycle").length === 2)
        same(bench.state("f"), "running")
    })

    test("T11 a cycle leaves alone a member that runs, and stops what requires another", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const a = tasks.add("a", forever, { after: ["c"] })
        tasks.add("b", task => {}, { every: 1000, after: ["c"] })
        tasks.add("d", forever, { requires: ["b"] })
        await bench.become("a", "running")
        await bench.become("d", "running")
        await bench.become("b", "scheduled")
        const c = tasks.add("c", forever, { requires: ["a"] })
        await bench.become("c", "failed")
        same(bench.grep("c -> a -> c").length, 1)
        same(a.state, "running")
        await tasks.delete("c")
        tasks.add("c", forever, { requires: ["b"] })
        await bench.become("d", "failed")
        same(bench.state("b"), "failed")
        same(bench.grep("c -> b -> c").length, 1)
        same(a.state, "running")
        same(c.state, "stopped")
    })

    test("T11 one that requires itself", async () => {
        const bench = await emptyBench()
        bench.tasks.add("me", forever, { requires: ["me"] })
        await bench.become("me", "failed")
        same(bench.grep("me -> me").length, 1)
    })

    test("T11 a missing name fails only its dependents, until it is there", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        tasks.add("needy", forever, { requires: ["ghost"] })
        tasks.add("needier", forever, { requires: ["needy"] })
        tasks.add("polite", forever, { after: ["ghost"] })
        await bench.become("needier", "failed")
        same(bench.state("needy"), "failed")
        await bench.become("polite", "running")
        same(
            bench.grep("error tasks").join(),
            'error tasks task "needy" cannot start: requires "ghost": no such task,' +
                'error tasks task "needier" cannot start: requires "needy": failed'
        )
        same(bench.grep('after "ghost" is passed over').length, 1)
        tasks.add("ghost", forever)
        await bench.become("needier", "running")
        same(bench.state("needy"), "running")
    })

    test("T11 a failure stops the dependents in reverse order; they come back with it", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const order: string[] = []
        const body = noting(order, 2)
        let crash = false
        tasks.add(
            "net",
            async task => {
                order.push("+net")
                while (!crash) await task.sleep(2)
                crash = false
                throw new Error("link lost")
            },
            // longer than the dependents need to stop, also on a loaded machine
            { restart: "on-failure", delay: 1000 }
        )
        tasks.add("mqtt", body, { requires: ["net"] })
        tasks.add("report", body, { requires: ["mqtt"] })
        tasks.add("other", body)
        await bench.become("report", "running")
        crash = true
        await until("report is back", () => order.length === 9)
        same(
            order.join(),
            "+net,+other,+mqtt,+report,-report,-mqtt,+net,+mqtt,+report"
        )
        const seen = order.length
        await tasks.stop("net")
        same(order.slice(seen).join(), "-report,-mqtt")
        same(bench.state("mqtt"), "waiting")
        same(tasks.status("report")[0].waitsFor, "mqtt")
        same(bench.state("other"), "running")
        tasks.start("net")
        await bench.become("report", "running")
        await tasks.delete("*")
    })

    test("T11 a required task comes back only when the last dependent has stopped", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const order: string[] = []
        const body = noting(order, 30)
        let crash = false
        // added before what they require, so that none of it happens in the order of the list
        tasks.add("tip", body, { requires: ["top"] })
        tasks.add("top", body, { requires: ["mid"] })
        tasks.add("mid", body, { requires: ["base"] })
        const base = tasks.add(
            "base",
            async () => {
                order.push("+base")
                while (!crash) await ds.sleep(2)
                crash = false
                throw new Error("down")
            },
            { restart: "on-failure", delay: 0 }
        )
        await bench.become("tip", "running")
        crash = true
        await bench.become("mid", "stopping")
        await bench.become("base", "waiting")
        await ds.sleep(10)
        same(tasks.status("base")[0].waitsFor, "its dependents")
        await until("tip is back", () => order.length === 11)
        const up = "+base,+mid,+top,+tip"
        const down = "-tip,-top,-mid"
        same(order.join(), [up, down, up].join())
        base.restart.start()
        await bench.become("base", "stopping")
        // it ends by itself before the stop reaches it
        crash = true
        await until("tip is back again", () => order.length === 18)
        same(order.join(), [up, down, up, down, up].join())
        base.start()
        await tasks.delete("*")
    })

    test("T11 one that failed for good fails its dependents, a start brings all back", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        let broken = true
        const base = tasks.add("base", async task => {
            await task.sleep(10)
            if (broken) throw new Error("broken")
            await task.sleep(60_000)
        })
        tasks.add("top", forever, { requires: ["base"] })
        await bench.become("top", "failed")
        same(base.state, "failed")
        same(tasks.get("top").error.message, 'requires "base": failed')
        broken = false
        tasks.start("base")
        await bench.become("top", "running")
    })

    test("T11 start pulls in what is required, disabled ones refuse", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        tasks.add("low", forever, { autostart: false })
        tasks.add("mid", forever, { autostart: false, requires: ["low"] })
        tasks.add("top", forever, { autostart: false, requires: ["mid"] })
        tasks.start("top")
        await bench.become("top", "running")
        same(bench.state("low"), "running")
        await tasks.stop("*")
        await tasks.disable("low")
        same(bench.state("low"), "disabled")
        tasks.start("top")
        await bench.become("mid", "failed")
        same(tasks.get("mid").error.message, 'requires "low": disabled')
        await tasks.enable("low")
        same(bench.state("low"), "stopped", "not one that starts by itself")
        tasks.start("top")
        await bench.become("top", "running")
    })

    test("T11 one that cannot begin its planned run stops its dependents", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        tasks.add("db", forever)
        tasks.add("poll", task => {}, { every: 30, requires: ["db"] })
        const sender = tasks.add("sender", forever, { requires: ["poll"] })
        await bench.become("sender", "running")
        await tasks.stop("db")
        await bench.become("sender", "waiting")
        same(bench.state("poll"), "waiting")
        tasks.start("db")
        await bench.become("sender", "running")
        const { runs } = tasks.get("poll")
        await until("a period", () => tasks.get("poll").runs > runs)
        same(sender.runs, 2)
        await tasks.delete("db")
        await bench.become("sender", "failed")
        same(sender.error.message, 'requires "poll": failed')
        same(bench.state("poll"), "failed")
    })

    test("T11 ready and not ready", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const net = tasks.add("net", forever, { notify: true })
        tasks.add("user", forever, { requires: ["net"] })
        await ds.sleep(10)
        same(bench.state("user"), "waiting")
        net.ready()
        await bench.become("user", "running")
        net.ready(false)
        await bench.become("user", "waiting")
        net.ready()
        await bench.become("user", "running")
        same(tasks.get("user").runs, 2)
        same(net.runs, 1)
    })

    test("T11 a done task counts as up, a core task may require one that is not", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const setup = async (task: Task) => await task.sleep(5)
        tasks.add("setup", setup, { notify: true })
        tasks.add("main", forever, { core: true, requires: ["setup"] })
        await bench.become("main", "running")
        same(bench.state("setup"), "done")
    })

    test("a long chain of 40 starts and stops within the stack and the step limit", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        for (let i = 0; i < 40; ++i)
            tasks.add("c" + i, forever, {
                autostart: i === 39,
                requires: i > 0 ? ["c" + (i - 1)] : undefined,
            })
        await bench.become("c39", "running")
        await tasks.stop("c0")
        same(bench.state("c39"), "waiting")
        same(bench.state("c0"), "stopped")
        await tasks.delete("*")
    })

    test("one that is stopped or deleted while others start does not start", async () => {
        const bench = new Bench()
        const { tasks } = bench
        tasks.add(
            "base",
            async task => {
                await task.sleep(20)
                task.ready()
                await task.sleep(60_000)
            },
            { notify: true }
        )
        const options = { requires: ["base"] }
        for (let i = 0; i < 32; ++i) tasks.add("t" + i, forever, options)
        const deleted = tasks.get("t31")
        // as a rule none of the two has begun by then
        let begun: number | undefined
        const intervene = async () => {
            await tasks.stop("t30")
            await tasks.delete("t31")
            begun = (tasks.get("t30").runs ?? 0) + (deleted.runs ?? 0)
            end()
        }
        const end = tasks.onChange(task => {
            if (task.name === "t0" && task.state === "starting")
                intervene.start()
        })
        await bench.become("t29", "running")
        await until("both ended", () => begun !== undefined)
        await ds.sleep(20)
        same(bench.state("t30"), "stopped")
        same(deleted.state, "stopped")
        same((tasks.get("t30").runs ?? 0) + (deleted.runs ?? 0), begun)
        await tasks.dispose()
    })

    test("T11 a task that is up again stops its dependents no second time", async () => {
        const { bench, p, d } = await periodicPair()
        const { tasks } = bench
        p.ready(false)
        p.ready()
        await until("second run", () => d.runs === 2)
        const before = p.runs
        await until("two periods", () => p.runs >= before + 2)
        same(d.runs, 2, "runs after ready()")
        await bench.become("p", "running")
        await tasks.stop("p", true)
        await until("third run", () => d.runs === 3)
        const then = p.runs
        await until("two more periods", () => p.runs >= then + 2)
        same(d.runs, 3, "runs after a stop that keeps the schedule")
    })

    test("T11 a task without a schedule stays stopped by a stop that keeps schedules", async () => {
        const { bench, p, d } = await periodicPair()
        const { tasks } = bench
        await tasks.stop("*", true)
        const before = p.runs
        await until("two periods", () => p.runs >= before + 2)
        same(d.state, "stopped")
        same(d.runs, 1)
        await tasks.dispose()
    })
})
