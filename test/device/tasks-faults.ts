import * as ds from "@devicescript/core"
import { describe, test } from "@devicescript/test"
import { Signal } from "../../src/platform"
import { Task, TaskRegistry } from "../../src/tasks"
import {
    Bench,
    emptyBench,
    expectError,
    forever,
    same,
    until,
} from "./support/tasks"

/**
 * What a program may throw by mistake; each of another kind. Not an array or a buffer:
 * the VM puts the stack into what is thrown, and a named property of these corrupts its heap.
 */
function awkward(kind: number): any {
    const cyclic: any = { code: 5 }
    cyclic.me = cyclic
    const error: any = new RangeError("cyclic")
    error.me = error
    let long = "long "
    for (let i = 0; i < 8; ++i) long += long
    const named = new Error(long)
    named.name = long
    const kinds: any[] = [
        cyclic,
        { code: 5 },
        error,
        named,
        { message: cyclic, name: cyclic },
        "two\nlines\u001b[31m",
        undefined,
        null,
        0.5,
        true,
        awkward,
    ]
    return kinds[kind]
}

const KINDS = 11

/** Adds tasks that throw in every place, and checks how they end. */
async function throwEverywhere(bench: Bench, kind: number): Promise<void> {
    const { tasks } = bench
    const thrower = async () => {
        throw awkward(kind)
    }
    let released = 0
    const release = () => {
        released++
    }
    tasks.add("body", thrower)
    tasks.add(
        "rest",
        async task => {
            task.child("child", thrower)
            task.defer(release)
            task.defer(thrower)
            task.defer(release)
            await task.sleep(5)
        },
        { restart: "always", maxRestarts: 1, delay: 1 }
    )
    tasks.add("hooks", thrower, { onError: thrower })
    tasks.add("stopped", forever, { onStop: thrower })
    await bench.become("body", "failed")
    await bench.become("rest", "failed")
    await bench.become("hooks", "failed")
    await bench.become("stopped", "running")
    await tasks.stop("stopped")
    same(released, 4, `cleanups, kind ${kind}`)
    same(tasks.get("rest").runs, 2, `restart policy, kind ${kind}`)
    for (const status of tasks.status()) {
        const { error } = status
        if (!error) continue
        same(error.message.length <= 120, true, "message")
        same(error.name.length <= 40, true, "name")
        same(error.message.includes("\n"), false, "one line")
        same(error.message === "undefined", false)
    }
    same(bench.grep("failed: ").length >= 6, true, `lines ${kind}`)
    bench.lines = []
    for (const name of ["body", "rest", "hooks", "stopped"])
        await tasks.delete(name)
}

// rows: T5
describe("tasks: what may be thrown", () => {
    test("anything, from a body, a child, a cleanup or a hook: one bounded line, nobody else is harmed", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        tasks.add("good", forever)
        for (let kind = 0; kind < KINDS; ++kind)
            await throwEverywhere(bench, kind)
        same(bench.state("good"), "running")
        same(tasks.get("good").runs, 1)
    })

    test("an object without a message is shown, a result is bounded", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        tasks.add("code", async () => {
            throw { code: 5 }
        })
        tasks.add("result", async () => "line\none xy")
        await bench.become("code", "failed")
        await bench.become("result", "done")
        same(tasks.get("code").error.message.includes('"code":5'), true)
        same(tasks.statusText("code", false).includes("undefined"), false)
        same(tasks.status("result")[0].result, "line#012one xy")
    })
})

// rows: T11
describe("tasks: chains", () => {
    test("a stop of the head of a chain, in any order of adding, beside 40 others", async () => {
        for (const isReversed of [true, false]) {
            const bench = new Bench()
            const { tasks } = bench
            await tasks.boot()
            for (let i = 0; i < 40; ++i) {
                tasks.add("o" + i, forever)
                if (i % 8 === 0) await ds.sleep(0)
            }
            for (let i = 0; i < 16; ++i) {
                const at = isReversed ? 15 - i : i
                const requires = at > 0 ? ["q" + (at - 1)] : undefined
                tasks.add("q" + at, forever, { requires })
            }
            await bench.become("q15", "running")
            await tasks.stop("q0")
            same(bench.state("q0"), "stopped")
            same(bench.state("q15"), "waiting")
            tasks.start("q0")
            await bench.become("q15", "running")
            await tasks.delete("*")
            await tasks.dispose()
        }
    })

    test("stop, restart and delete of 1 to 64 tasks return", async () => {
        for (const count of [1, 12, 13, 17, 25, 64]) await commandAll(count)
    })
})

async function commandAll(count: number): Promise<void> {
    const bench = new Bench()
    const { tasks } = bench
    await tasks.boot()
    for (let i = 0; i < count; ++i) {
        tasks.add("t" + i, forever)
        if (i % 8 === 0) await ds.sleep(0)
    }
    await bench.become("t" + (count - 1), "running")
    await tasks.restart("*")
    const last = tasks.get("t" + (count - 1))
    await until("second runs", () => last.runs === 2)
    await tasks.stop("*")
    same(tasks.names(":stopped").length, count)
    tasks.start("*")
    await bench.become("t" + (count - 1), "running")
    await tasks.delete("*")
    same(tasks.names().length, 0)
    await tasks.dispose()
}

describe("tasks: names that every object has", () => {
    const names = ["constructor", "toString", "__proto__", "hasOwnProperty"]

    test("as a requirement they are missing, and stop nobody else", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        names.forEach(name => {
            tasks.add("x", forever, { requires: [name], after: [name] })
            expectError("no task", () => tasks.get(name))
            expectError("no task", () => tasks.start(name))
        })
        tasks.add("base", forever)
        tasks.add("y", forever, { requires: ["base"] })
        tasks.add("z", forever, { requires: ["y"] })
        await bench.become("z", "running")
        for (let i = 0; i < names.length; ++i)
            same(bench.state(i > 0 ? "x@" + i : "x"), "failed")
    })

    test("as a task they are tasks, also kept ones", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        for (const name of names) {
            same(tasks.add(name, forever).name, name)
            await bench.become(name, "running")
            await tasks.disable(name)
            same(tasks.status(name)[0].disabled, true)
            await tasks.enable(name)
            await bench.become(name, "running")
            await tasks.delete(name)
        }
        same(tasks.names().length, 0)
    })
})

function isRefusal(message: string): number {
    return message.includes("wait: wanted a number") ? 1 : 0
}

describe("tasks: waits", () => {
    test("two tasks may wait for one signal", async () => {
        const { tasks } = await emptyBench()
        const signal = new Signal()
        let heard = 0
        const listen = async (task: Task, timeout: number) => {
            if (await task.wait(signal, timeout)) heard++
        }
        for (const timeout of [undefined, 5, undefined])
            tasks.add("w", listen, { args: [timeout] })
        await ds.sleep(30)
        same(heard, 0)
        signal.notify()
        await until("both heard it", () => heard === 2)
        signal.notify()
        tasks.add("late", async task => {
            if (await task.wait(signal)) heard++
        })
        await until("a notification before the wait is kept", () => heard === 3)
        for (let i = 0; i < 2; ++i) tasks.add("s", listen)
        await ds.sleep(10)
        await tasks.stop("s")
        await tasks.stop("s@1")
    })

    test("the length of a wait is a number", async () => {
        const { tasks } = await emptyBench()
        const bad: any[] = [undefined, null, NaN, Infinity, "5", {}, 1e10]
        let refused = 0
        const signal = new Signal()
        tasks.add("sleeper", async task => {
            for (const ms of bad) {
                try {
                    await task.sleep(ms)
                } catch (e: any) {
                    refused += isRefusal(e.message)
                }
                if (ms === undefined) continue
                try {
                    await task.wait(signal, ms)
                } catch (e: any) {
                    refused += isRefusal(e.message)
                }
            }
            await task.sleep(-5)
            await task.sleep(0.5)
            await task.wait(undefined)
        })
        await tasks.wait("sleeper")
        same(refused, 2 * bad.length - 1)
        same(
            tasks.get("sleeper").error.message.includes("a signal wanted"),
            true
        )
    })

    test("a task has its logger before its first run", async () => {
        const bench = await emptyBench()
        const t = bench.tasks.add("quiet", forever, { autostart: false })
        t.log.info("here")
        same(bench.grep("info task.quiet here").length, 1)
    })
})

describe("tasks: what comes late", () => {
    test("the undo of a cleanup after the end of the run, and twice", async () => {
        const { tasks } = await emptyBench()
        const undo: (() => void)[] = []
        let released = 0
        const release = () => {
            released++
        }
        const t = tasks.add("x", async task => {
            undo.push(task.defer(release))
            undo.push(task.defer(release))
            if (task.runs === 1) {
                undo[0]()
                undo[0]()
            }
        })
        await tasks.wait("x")
        same(released, 1, "the other one stays")
        undo.forEach(take => take())
        await t.restart()
        await tasks.wait("x")
        same(released, 3)
        undo[0]()
        undo[1]()
    })

    test("the handle of a deleted task starts nothing", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const t = tasks.add("x", forever)
        await bench.become("x", "running")
        await tasks.delete("x")
        t.start()
        await t.restart()
        await ds.sleep(10)
        same(t.runs, 1)
        same(t.state, "stopped")
        same(tasks.deviceStats().fibers, 1)
    })

    test("dispose by a task ends", async () => {
        const bench = new Bench()
        const { tasks } = bench
        let seen = ""
        tasks.add("other", forever)
        tasks.add("closer", async () => {
            try {
                await tasks.dispose()
            } catch (e: any) {
                seen = e.name
                throw e
            }
        })
        await until("all gone", () => tasks.names().length === 0)
        same(seen, "TaskStopped")
        expectError("disposed", () => tasks.add("late", forever))
    })
})

async function startDuringRestart(
    task: Task,
    tasks: TaskRegistry
): Promise<void> {
    const { runs } = task
    task.restart.start()
    await ds.sleep(1)
    tasks.start("*")
    await until("the next run", () => task.runs > runs)
}

// rows: T19d
describe("tasks: children", () => {
    test("stop and start, disable and enable of all: each child once", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        let live = 0
        let most = 0
        const leaf = async (task: Task) => {
            most = Math.max(most, ++live)
            try {
                await task.sleep(60_000)
            } finally {
                live--
            }
        }
        const branch = async (task: Task) => {
            for (const name of ["a", "b"]) task.child(name, leaf)
            await task.sleep(60_000)
        }
        tasks.add("tree", async task => {
            for (const name of ["x", "y"]) task.child(name, branch)
            task.child("z", leaf)
            await task.sleep(60_000)
        })
        const whole =
            "tree,tree.x,tree.y,tree.z,tree.x.a,tree.x.b,tree.y.a,tree.y.b"
        const check = async (what: string) => {
            await until(what, () => live === 5 && tasks.names().length === 8)
            await ds.sleep(10)
            same(tasks.names().join(), whole, what)
            same(most, 5, what)
        }
        await check("first")
        for (let i = 0; i < 3; ++i) {
            await tasks.stop("*")
            same(live, 0)
            tasks.start("*")
            await check("start")
            await tasks.restart("*")
            await check("restart")
            await tasks.disable("*")
            same(live, 0)
            await tasks.enable("*")
            await check("enable")
            await startDuringRestart(tasks.get("tree"), tasks)
            await check("start during a restart")
        }
    })

    test("a child starts only while its parent runs", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const t = tasks.add("p", async task => {
            const child = task.child("c", forever)
            if (task.runs === 2) {
                await child.stop()
                child.start()
                await until("it runs again", () => child.runs === 2)
            }
            await task.sleep(60_000)
        })
        await until("a child", () => tasks.names().length === 2)
        await bench.become("p.c", "running")
        await tasks.stop("p")
        expectError('its parent is stopped; start "p"', () =>
            tasks.start("p.c")
        )
        const child = tasks.get("p.c")
        child.start()
        await child.restart()
        await tasks.restart("p.*")
        tasks.schedule("p.c", { every: 1 })
        await tasks.enable("p.c")
        await ds.sleep(10)
        same(child.state, "stopped")
        same(child.runs, 1)
        t.start()
        await until("second run", () => t.runs === 2)
        await ds.sleep(30)
        same(tasks.names().join(), "p,p.c")
    })

    test("a child that has ended frees its place", async () => {
        const bench = new Bench({ maxTasks: 4 })
        const { tasks } = bench
        tasks.add("p", async task => {
            for (let i = 0; i < 20; ++i) {
                const { name } = task.child("c" + i, async () => {})
                await bench.become(name, "done")
            }
            for (let i = 0; i < 4; ++i) task.child("live" + i, forever)
        })
        await bench.become("p", "failed")
        same(tasks.get("p").error.message.includes("one more than 4"), true)
        same(tasks.names().length <= 4, true)
        await tasks.dispose()
    })
})
