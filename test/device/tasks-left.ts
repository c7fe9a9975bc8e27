// rows: T7
import * as ds from "@devicescript/core"
import { describe, test } from "@devicescript/test"
import { MAX_LEFT_BEHIND, Task, TaskStopped } from "../../src/tasks"
import { Bench, emptyBench, forever, same, until } from "./support/tasks"

const GRACE = 20

/** Waits of others: each hands out how to end it. */
const emitter = ds.emitter<number>()
const fibers: ds.Fiber[] = []

async function foreignWait(how: string): Promise<void> {
    if (how === "emitter") await ds.wait(emitter)
    if (how === "timed") await ds.wait(emitter, 60_000)
    if (how === "sleep") await ds.sleep(400)
    if (how === "suspend") {
        fibers.push(ds.Fiber.self())
        await ds.suspend(60_000)
    }
    if (how === "nested") {
        const inner = async () => await ds.wait(emitter)
        await inner()
    }
}

const WAITS = ["emitter", "timed", "sleep", "suspend", "nested"]

/** Lets all that waits go on: a fiber that was freed would panic the VM now (60005). */
async function wakeAll(): Promise<void> {
    emitter.emit(1)
    for (const fiber of fibers) if (fiber.suspended) fiber.resume(1)
    while (fibers.length > 0) fibers.pop()
    await ds.sleep(20)
}

async function leftAre(bench: Bench, count: number): Promise<void> {
    const { tasks } = bench
    await until(`${count} left`, () => tasks.deviceStats().left === count)
}

describe("tasks: runs left behind", () => {
    test("whatever a body waits in: stop, then the event, and no panic", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const woke: string[] = []
        const body = async (task: Task, how: string) => {
            await foreignWait(how)
            woke.push(how)
            await task.sleep(1)
            woke.push("not reached")
        }
        for (const how of WAITS)
            tasks.add("w", body, { args: [how], grace: GRACE })
        await bench.become("w@4", "running")
        await ds.sleep(5)
        await tasks.stop("*")
        same(tasks.names(":stopped").length, WAITS.length)
        same(tasks.deviceStats().left, WAITS.length)
        same(tasks.status("w")[0].left, 1)
        same(tasks.statusText("w", false).includes("1 run left behind"), true)
        await wakeAll()
        await until("all woke", () => woke.length === WAITS.length)
        await until("all over", () => tasks.deviceStats().left === 0)
        same(woke.includes("not reached"), false)
        same(tasks.status("w")[0].left, undefined)
        same(bench.grep("left behind where it waits").length, WAITS.length)
    })

    test("a watchdog's restart, a delete, a child, a cleanup and a hook", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const wait = async () => await foreignWait("emitter")
        const options = { grace: GRACE }
        tasks.add("dog", wait, {
            grace: GRACE,
            watchdog: 20,
            restart: "on-failure",
            delay: 1,
            maxRestarts: 1,
        })
        tasks.add("gone", wait, options)
        tasks.add(
            "parent",
            async task => {
                task.child("child", wait, options)
                task.defer(wait)
                await task.sleep(60_000)
            },
            { grace: GRACE, onStop: wait }
        )
        await bench.become("dog", "failed")
        same(tasks.get("dog").runs, 2)
        await tasks.delete("gone")
        await tasks.stop("parent")
        same(bench.state("parent"), "stopped")
        await leftAre(bench, 6)
        await wakeAll()
        await leftAre(bench, 0)
        tasks.add("gone", async () => {})
        await bench.become("gone", "done")
    })

    test("what a run does later changes nothing of the run after it", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const seen: string[] = []
        let released = 0
        const body = async (task: Task, end: string) => {
            if (task.runs > 1) {
                await task.sleep(60_000)
                return "second"
            }
            await foreignWait("emitter")
            const calls: (() => void)[] = [
                () => {
                    task.defer(() => {
                        released++
                    })
                },
                () => task.child("late", forever),
                () => task.ready(false),
            ]
            for (const call of calls) {
                try {
                    call()
                } catch (e: any) {
                    seen.push(e.name)
                }
            }
            task.feed()
            for (let i = 0; i < 2; ++i) {
                try {
                    await task.sleep(1)
                } catch (e: any) {
                    seen.push(e.name)
                }
            }
            try {
                await tasks.wait("x", 1)
            } catch (e: any) {
                seen.push(e.name)
            }
            if (end === "throw") throw new Error("late")
            if (end === "stopped") throw new TaskStopped("x")
            return "late"
        }
        for (const end of ["return", "throw", "stopped"]) {
            const t = tasks.add("x", body, { args: [end], grace: GRACE })
            await bench.become("x", "running")
            await t.stop()
            t.start()
            await bench.become("x", "running")
            const { since } = t
            await wakeAll()
            await leftAre(bench, 0)
            same(
                seen.join(),
                "TaskStopped,TaskStopped,TaskStopped,TaskStopped,TaskStopped,TaskStopped"
            )
            same(t.state, "running")
            same(t.since, since)
            same(t.result, undefined)
            same(t.error, undefined)
            same(tasks.names().join(), "x")
            await t.stop()
            same(bench.grep("late").length, 0, "said nothing")
            same(t.state, "stopped")
            await tasks.delete("x")
            while (seen.length > 0) seen.pop()
        }
        same(released, 0)
    })

    test("no call of a run left behind commands any task", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const done: string[] = []
        const other = tasks.add("other", forever)
        const idle = tasks.add("idle", forever, { autostart: false })
        const calls: Record<string, (task: Task) => ds.AsyncVoid> = {
            start: task => task.start(),
            stop: async task => await task.stop(),
            restart: async task => await task.restart(),
            "start another": () => idle.start(),
            "stop another": async () => await other.stop(),
            "restart another": async () => await other.restart(),
            add: () => {
                tasks.add("added", forever)
            },
            child: task => {
                task.child("child", forever)
            },
            "tasks.start": () => tasks.start("idle"),
            "tasks.stop": async () => await tasks.stop("other"),
            "tasks.restart": async () => await tasks.restart("other"),
            "tasks.delete": async () => await tasks.delete("other"),
            "tasks.schedule": () => tasks.schedule("idle", { every: 1 }),
            "tasks.unschedule": () => tasks.unschedule("other"),
            "tasks.disable": async () => await tasks.disable("other"),
            "tasks.enable": async () => await tasks.enable("idle"),
            "tasks.setOptions": async () =>
                await tasks.setOptions("other", { grace: 1 }),
            "tasks.gather": async () => {
                await tasks.gather("other", 1)
            },
            "safe mode": async () => await tasks.enterSafeMode(),
            "no safe mode": async () => await tasks.leaveSafeMode(),
            forget: async () => {
                await tasks.forget()
            },
            "shut down": () =>
                tasks.shutDown(() => {
                    done.push("restart")
                }),
            dispose: async () => await tasks.dispose(),
        }
        const t = tasks.add(
            "x",
            async task => {
                await foreignWait("emitter")
                for (const name of Object.keys(calls)) {
                    try {
                        await calls[name](task)
                        done.push(name)
                    } catch (e: any) {
                        if (e.name !== "TaskStopped") done.push(e.message)
                    }
                }
            },
            { grace: GRACE }
        )
        await bench.become("x", "running")
        await bench.become("other", "running")
        await t.stop()
        const { since } = other
        await wakeAll()
        await leftAre(bench, 0)
        same(done.join(), "")
        same(tasks.names().join(), "other,idle,x")
        same(`${t.state} ${t.runs}`, "stopped 1")
        same(`${other.state} ${other.since}`, `running ${since}`)
        same(other.options.grace, undefined)
        same(idle.state, "stopped")
        same(tasks.summary().state, "running")
        tasks.add("more", async () => {})
        await bench.become("more", "done")
    })

    test("one that swallows everything in a loop is slowed down", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        let rounds = 0
        let isOver = false
        tasks.add(
            "greedy",
            async task => {
                while (!isOver) {
                    rounds++
                    try {
                        await task.sleep(1)
                    } catch (e: any) {
                        // goes on, against the rules
                    }
                }
            },
            { grace: GRACE }
        )
        await bench.become("greedy", "running")
        await tasks.stop("greedy")
        const before = rounds
        await ds.sleep(300)
        same(rounds - before <= 2, true, `${rounds - before} rounds`)
        isOver = true
        await leftAre(bench, 0)
    })

    test("they are bounded: a task with too many does not start, none takes its place", async () => {
        const bench = new Bench({ maxTasks: 5 })
        const { tasks } = bench
        const t = tasks.add("x", async () => await foreignWait("emitter"), {
            grace: 5,
        })
        for (let i = 1; i <= MAX_LEFT_BEHIND; ++i) {
            await bench.become("x", "running")
            await t.stop()
            same(tasks.deviceStats().left, i)
            t.start()
        }
        await bench.become("x", "failed")
        same(t.runs, MAX_LEFT_BEHIND)
        same(t.error.name, "LeftBehind")
        tasks.add("one", forever)
        let problem = ""
        try {
            tasks.add("two", forever)
        } catch (e: any) {
            problem = e.message
        }
        same(problem.includes("with 3 for runs left behind"), true, problem)
        await wakeAll()
        await leftAre(bench, 0)
        t.start()
        await bench.become("x", "running")
        tasks.add("two", forever)
        await wakeAll()
        await bench.become("x", "done")
        await tasks.dispose()
    })
})
