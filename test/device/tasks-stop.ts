import * as ds from "@devicescript/core"
import { describe, test } from "@devicescript/test"
import { Signal } from "../../src/platform"
import { Failure, Task, TaskStopped } from "../../src/tasks"
import { emptyBench, expectError, forever, same, until } from "./support/tasks"

describe("tasks: cancel", () => {
    test("T4 onStop gets no error of an earlier run, onError that of its own", async () => {
        const { tasks } = await emptyBench()
        const seen: string[] = []
        const hook = (name: string) => async (task: Task, error: Failure) => {
            seen.push(`${name} ${error ? error.message : "-"}`)
        }
        const body = async (task: Task) => {
            if (task.runs !== 2) throw new Error("run " + task.runs)
            await forever(task)
        }
        const t = tasks.add("x", body, {
            onStop: hook("stop"),
            onError: hook("error"),
        })
        await until("run 1", () => t.state === "failed")
        t.start()
        await until("run 2", () => t.state === "running")
        await t.stop()
        t.start()
        await until("run 3", () => t.state === "failed")
        same(seen.join(), "error run 1,stop -,error run 3")
        same(t.error.message, "run 3")
    })

    test("T7 a stop reaches a task that gives way", async () => {
        const { tasks } = await emptyBench()
        let rounds = 0
        const t = tasks.add("busy", async task => {
            while (true) {
                rounds++
                await task.sleep(0)
            }
        })
        let before = 0
        for (let i = 0; i < 20; i++) {
            await until("it computes", () => rounds > before)
            before = rounds
            // it is in its wait now, and must not begin another round
            await t.stop()
            same(rounds, before)
            t.start()
        }
    })

    test("T7 every wait throws TaskStopped, finally blocks run", async () => {
        const { tasks } = await emptyBench()
        const signal = new Signal()
        const seen: string[] = []
        const waiter = async (task: Task, how: string) => {
            try {
                if (how === "sleep") await task.sleep(60_000)
                if (how === "signal") await task.wait(signal)
                if (how === "timed") await task.wait(signal, 60_000)
                if (how === "group") await tasks.wait("keeper")
                if (how === "other") await tasks.stop("stubborn")
            } catch (e: any) {
                seen.push(how + (e instanceof TaskStopped))
                throw e
            } finally {
                seen.push("finally")
            }
        }
        tasks.add("keeper", forever)
        tasks.add(
            "stubborn",
            async () => {
                await ds.sleep(60_000)
            },
            { grace: 3000 }
        )
        await ds.sleep(10)
        for (const how of ["sleep", "signal", "timed", "group", "other"])
            tasks.add("w", waiter, { args: [how] })
        await ds.sleep(20)
        await tasks.stop("w*")
        same(
            seen.join(),
            "sleeptrue,finally,signaltrue,finally,timedtrue,finally,grouptrue,finally,othertrue,finally"
        )
        same(
            tasks.status("w*").every(s => s.state === "stopped"),
            true
        )
        same(tasks.get("keeper").state, "running")
        await tasks.delete("stubborn")
    })

    test("T7 commands that have nothing to wait for throw it, too", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        tasks.add("idle", forever, { autostart: false })
        const seen: string[] = []
        const loop = async (_: Task, how: string) => {
            try {
                while (true) {
                    if (how === "wait") await tasks.wait("idle")
                    if (how === "gather") await tasks.gather("idle", 60_000)
                    if (how === "stop") await tasks.stop("idle")
                }
            } finally {
                seen.push(how)
            }
        }
        const hows = ["wait", "gather", "stop"]
        for (const how of hows) tasks.add(how, loop, { args: [how] })
        await until("all run", () => tasks.names(":running").length === 3)
        for (const how of hows) await tasks.stop(how)
        same(seen.join(), hows.join())
        same(bench.grep("left behind").length, 0)
    })

    test("T7 a wait that ends in time says so", async () => {
        const { tasks } = await emptyBench()
        const signal = new Signal()
        const heard: boolean[] = []
        tasks.add("listener", async task => {
            heard.push(await task.wait(signal, 5))
            heard.push(await task.wait(signal, 5000))
        })
        await ds.sleep(30)
        signal.notify()
        await tasks.wait("listener")
        same(heard.join(), "false,true")
    })

    test("T7 a wait that another fiber calls leaves the task alone", async () => {
        const { tasks } = await emptyBench()
        const owner = tasks.add("owner", forever)
        const guest = async (task: Task, host: Task, ms: number) =>
            await host.sleep(ms)
        const short = tasks.add("short", guest, { args: [owner, 5] })
        await until("its end", () => short.state === "done")
        await owner.stop()
        same(tasks.status("owner")[0].left ?? 0, 0, "left")
        // nor does a stop resume a task from a wait of DeviceScript
        const button = ds.emitter<number>()
        const deaf = async () => await ds.wait(button)
        const waiting = tasks.add("waiting", deaf, { grace: 50 })
        tasks.add("long", guest, { args: [waiting, 500] })
        await ds.sleep(10)
        await waiting.stop()
        same(tasks.status("waiting")[0].left, 1, "left")
        button.emit(1)
        await until(
            "the event",
            () => (tasks.status("waiting")[0].left ?? 0) === 0
        )
    })

    test("T7 one that ignores its stop is left behind after the grace period", async () => {
        const bench = await emptyBench()
        const { tasks, clock } = bench
        const released: string[] = []
        tasks.add(
            "deaf",
            async task => {
                task.defer(() => {
                    released.push("first")
                })
                task.defer(async () => {
                    await task.sleep(5)
                    released.push("second")
                })
                const unused = task.defer(() => {
                    released.push("taken back")
                })
                unused()
                await ds.sleep(60_000)
            },
            { grace: 50 }
        )
        await bench.become("deaf", "running")
        await ds.sleep(5)
        const start = clock.millis()
        await tasks.stop("deaf")
        const took = clock.millis() - start
        same(took >= 50 && took < 100, true, `${took} ms`)
        same(bench.state("deaf"), "stopped")
        same(released.join(), "second,first")
        same(bench.grep("error task.deaf did not stop within 50 ms").length, 1)
    })

    test("T7 one that swallows TaskStopped in a loop is left behind, too", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        let rounds = 0
        tasks.add(
            "greedy",
            async task => {
                while (true) {
                    rounds++
                    try {
                        await task.sleep(1)
                    } catch (e: any) {
                        // goes on, against the rules
                    }
                }
            },
            { grace: 60 }
        )
        await ds.sleep(20)
        const before = rounds
        await tasks.stop("greedy")
        same(rounds - before < 10, true, `${rounds - before} rounds`)
        same(bench.state("greedy"), "stopped")
    })

    test("T7 a cleanup and a hook that hang are left behind, one that throws is passed over", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const released: string[] = []
        tasks.add(
            "messy",
            async task => {
                task.defer(() => {
                    released.push("last")
                })
                task.defer(() => {
                    throw "cleanup"
                })
                task.defer(async () => {
                    await ds.sleep(60_000)
                })
                await task.sleep(60_000)
            },
            {
                grace: 20,
                onStop: async () => {
                    await ds.sleep(60_000)
                },
            }
        )
        await ds.sleep(10)
        await tasks.stop("messy")
        same(released.join(), "last")
        same(bench.grep("did not stop within").length, 2)
        same(bench.grep("cleanup failed: threw cleanup").length, 1)
        tasks.start("messy")
        await bench.become("messy", "running")
        await ds.sleep(5)
        await tasks.delete("messy")
    })

    test("T19 the cleanups of a run are limited, and gone after it", async () => {
        const { tasks } = await emptyBench()
        let released = 0
        const t = tasks.add("many", async task => {
            const one = () => {
                released++
            }
            for (let i = 0; i < 16; ++i) task.defer(one)
            task.defer(one)
        })
        await tasks.wait("many")
        same(
            t.error.message,
            'task "many": at most 16 cleanups can be deferred at a time'
        )
        same(released, 16)
        await tasks.restart("many")
        await tasks.wait("many")
        same(released, 32)
    })

    test("T7 stop is idempotent, from anywhere and at the same time", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        let ended = 0
        tasks.add("target", async task => {
            try {
                await task.sleep(60_000)
            } finally {
                await ds.sleep(10)
                ended++
            }
        })
        await ds.sleep(10)
        let stoppers = 0
        const stopper = async () => {
            await tasks.stop("target")
            stoppers++
        }
        for (let i = 0; i < 3; ++i) stopper.start()
        for (let i = 0; i < 3; ++i) tasks.add("stopper", stopper)
        await until("all have stopped it", () => stoppers === 6)
        same(ended, 1)
        await tasks.stop("target")
        same(bench.state("target"), "stopped")
        same(tasks.get("target").runs, 1)
    })

    test("T7 a task may stop, restart and delete itself", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const steps: string[] = []
        tasks.add("self", async task => {
            const run = task.runs
            steps.push("run" + run)
            try {
                if (run === 1) await task.restart()
                if (run === 2) await tasks.restart("*")
                if (run === 3) await tasks.stop("self")
                if (run === 4) await tasks.delete("self")
                steps.push("not reached")
            } catch (e: any) {
                steps.push(e.name)
                throw e
            }
        })
        await bench.become("self", "stopped")
        tasks.start("self")
        await until("it is gone", () => !tasks.names().length)
        same(
            steps.join(),
            "run1,TaskStopped,run2,TaskStopped,run3,TaskStopped,run4,TaskStopped"
        )
    })

    test("T7 two tasks that stop each other, also from their hooks", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const pair = async (task: Task, other: string) => {
            await ds.sleep(5)
            await tasks.stop(other)
        }
        tasks.add("a", pair, { args: ["b"] })
        tasks.add("b", pair, { args: ["a"] })
        await bench.become("a", "stopped")
        await bench.become("b", "stopped")
        const hooked = {
            grace: 30,
            onStop: async (task: Task) => {
                await tasks.stop(task.name === "c" ? "d" : "c")
                await task.stop()
                return "hooked"
            },
        }
        tasks.add("c", forever, hooked)
        tasks.add("d", forever, hooked)
        await ds.sleep(10)
        await tasks.stop("c")
        same(bench.state("c"), "stopped")
        await bench.become("d", "stopped")
    })

    test("T7 a hook or a cleanup that waits for its own end, or its parent's, goes on", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        let released = false
        const parent = tasks.add(
            "p",
            async task => {
                task.child("x", async child => {
                    child.defer(async () => {
                        await parent.stop()
                        released = true
                    })
                    await child.sleep(60_000)
                })
                await task.sleep(60_000)
            },
            {
                onStop: async task => {
                    await task.stop()
                    return "hooked"
                },
            }
        )
        await until("a child", () => tasks.names().length === 2)
        await bench.become("p.x", "running")
        await ds.sleep(5)
        await tasks.stop("p")
        same(released, true)
        same(parent.result, "hooked")
        same(bench.grep("did not stop").length, 0)
    })

    test("start during a stop starts again, stop during a restart wins", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const slow = async (task: Task) => {
            try {
                await task.sleep(60_000)
            } finally {
                await ds.sleep(10)
            }
        }
        const t = tasks.add("slow", slow)
        await ds.sleep(5)
        t.stop.start()
        await bench.become("slow", "stopping")
        tasks.start("slow")
        await until("second run", () => t.runs === 2 && t.state === "running")
        t.restart.start()
        await bench.become("slow", "stopping")
        await tasks.stop("slow")
        await ds.sleep(20)
        same(t.state, "stopped")
        same(t.runs, 2)
    })

    test("T2 a stop counts although an earlier start requires the task", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const manual = (requires?: string[]) =>
            Object.assign({ autostart: false }, { requires })
        tasks.add("base", forever, manual())
        tasks.add("mid", forever, manual(["base"]))
        // a command yields after some tasks, and meanwhile the supervising fiber starts others
        for (let i = 0; i < 8; ++i) tasks.add(`x${i}`, forever, manual())
        tasks.add("top", forever, manual(["mid"]))
        for (const selection of ["base", "mid", "*"]) {
            tasks.start("top")
            await tasks.stop(selection)
            await ds.sleep(20)
            const name = selection === "*" ? "base" : selection
            same(bench.state(name), "stopped", `after stop ${selection}`)
            await tasks.stop("*")
            same(tasks.names(":stopped").length, 11, `after ${selection}`)
        }
        tasks.start("top")
        await bench.become("top", "running")
        same(tasks.names(":running").join(), "base,mid,top")
    })
})

describe("tasks: hooks", () => {
    test("T4 hooks, whose return value becomes the result", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        tasks.add("stopped", forever, {
            onStop: async task => {
                await task.sleep(2)
                return task.name + " bye"
            },
        })
        tasks.add(
            "failed",
            async () => {
                throw new TypeError("odd")
            },
            { onError: (task, error) => error.name + "!" }
        )
        await ds.sleep(10)
        await tasks.stop("stopped")
        same(tasks.get("stopped").result, "stopped bye")
        same(tasks.get("failed").result, "TypeError!")
        same(bench.state("failed"), "failed")
    })

    test("T4 hooks that throw, whatever they throw", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const bad = () => {
            throw undefined
        }
        tasks.add("x", forever, { onStop: bad })
        tasks.add("y", async () => bad(), { onError: bad })
        await ds.sleep(10)
        await tasks.stop("x")
        same(bench.state("x"), "stopped")
        same(bench.state("y"), "failed")
        same(bench.grep("hook failed").length, 2)
    })
})

describe("tasks: children", () => {
    test("T13 children are stopped first, then their parent", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const order: string[] = []
        const child = async (task: Task) => {
            if (!task.name.includes("deep")) task.child("deep", child)
            try {
                await task.sleep(60_000)
            } finally {
                await ds.sleep(3)
                order.push(task.name)
            }
        }
        tasks.add("parent", async task => {
            task.child("one", child)
            task.child("two", child)
            task.child("late", child, { in: 60_000 })
            try {
                await task.sleep(60_000)
            } finally {
                order.push("parent")
            }
        })
        await until("six tasks", () => tasks.names().length === 6)
        await ds.sleep(10)
        same(tasks.status("parent.one.deep")[0].parent, "parent.one")
        same(
            tasks
                .statusText("parent.one", false)
                .startsWith("  \u25cf parent.one"),
            true
        )
        await tasks.stop("parent")
        const place = (name: string) => order.indexOf(name)
        same(place("parent"), 4)
        same(place("parent.one.deep") < place("parent.one"), true)
        same(place("parent.two.deep") < place("parent.two"), true)
        same(bench.state("parent.late"), "stopped")
        tasks.start("parent")
        await until(
            "they are back in the place of the ended ones",
            () =>
                tasks.names().length === 6 &&
                tasks.status().every(s => s.state !== "stopped")
        )
        await tasks.delete("parent")
        await until("all gone", () => !tasks.names().length)
    })

    test("T13 the end of the parent's body ends its children, a child's failure only itself", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        tasks.add("parent", async task => {
            task.child("bad", async () => {
                throw new Error("child")
            })
            task.child("good", forever)
            await task.sleep(20)
            return "done"
        })
        await tasks.wait("parent")
        same(bench.state("parent"), "done")
        same(bench.state("parent.good"), "stopped")
        same(bench.state("parent.bad"), "failed")
        expectError("it is done, not running", () => {
            tasks.get("parent").child("late", forever)
        })
    })

    test("T13 a child may stop its parent, a deaf child is left behind", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        let seen = ""
        tasks.add("parent", async task => {
            task.child(
                "deaf",
                async () => {
                    await ds.sleep(60_000)
                },
                { grace: 20 }
            )
            task.child("rebel", async () => {
                try {
                    await tasks.stop("parent")
                } catch (e: any) {
                    seen = e.name
                    throw e
                }
            })
            await task.sleep(60_000)
        })
        await bench.become("parent", "stopped")
        same(seen, "TaskStopped")
        same(bench.state("parent.rebel"), "stopped")
        same(bench.grep("error task.parent.deaf did not stop").length, 1)
    })
})
