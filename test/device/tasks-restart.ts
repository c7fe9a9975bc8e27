import * as ds from "@devicescript/core"
import { describe, test } from "@devicescript/test"
import { defaultOptions, Signal } from "../../src/platform"
import { Task, TASK_OPTIONS } from "../../src/tasks"
import { admitRestart, restartDelay } from "../../src/tasks/restart-policy"
import { ManualClock } from "../../src/testing"
import { Bench, emptyBench, forever, same, until } from "./support/tasks"

async function failing(): Promise<void> {
    throw new Error("again")
}

describe("tasks: restart", () => {
    test("T8 the documented defaults", () => {
        same(
            JSON.stringify(defaultOptions(TASK_OPTIONS)),
            '{"restart":"never","delay":1000,"maxDelay":60000,"healthy":60000,"maxRestarts":5,"window":120000,"grace":2000,"escalate":"none"}'
        )
    })

    test("T8 never, on-failure, always", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const fine = async () => "fine"
        const policy = (restart: any) => ({ restart, delay: 2, maxRestarts: 2 })
        tasks.add("never", failing, policy("never"))
        tasks.add("fine", fine, policy("on-failure"))
        tasks.add("failure", failing, policy("on-failure"))
        tasks.add("always", fine, policy("always"))
        await tasks.wait("*")
        same(tasks.get("never").runs, 1)
        same(bench.state("never"), "failed")
        same(tasks.get("fine").runs, 1)
        same(bench.state("fine"), "done")
        same(tasks.get("failure").runs, 3)
        same(bench.state("failure"), "failed")
        same(tasks.get("always").runs, 3)
        same(bench.state("always"), "failed")
        same(tasks.status("failure")[0].restarts, 2)
        const alerts = bench.grep("alert task.")
        same(alerts.length, 2, "one alert each")
        const [line] = bench.grep("alert task.failure")
        same(
            line,
            "alert task.failure failed for good after 2 restarts in 120 s, last: Error: again"
        )
    })

    test("T8 the delay doubles to its ceiling and begins again after a healthy run", async () => {
        const bench = await emptyBench()
        const { tasks, clock, log } = bench
        log.enableProgress(true)
        let early = 0
        let last = 0
        const t = tasks.add(
            "x",
            async task => {
                if (last > 0 && clock.millis() < last + 10) early++
                if (task.runs === 5) await task.sleep(400)
                last = clock.millis()
                throw "again"
            },
            {
                restart: "on-failure",
                delay: 10,
                maxDelay: 40,
                healthy: 400,
                maxRestarts: 6,
            }
        )
        await bench.become("x", "failed")
        log.enableProgress(false)
        same(t.runs, 7)
        same(early, 0)
        const delays = bench
            .grep("x restarts in")
            .map(line => line.split(" ")[5])
        same(delays.join(), "10,20,40,40,10,20")
    })

    test("T8 restarts outside of the window do not count", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const t = tasks.add("x", failing, {
            restart: "on-failure",
            delay: 10,
            maxDelay: 10,
            maxRestarts: 3,
            window: 25,
        })
        await until("many runs", () => t.runs > 8)
        same(t.state !== "failed", true)
        const times: number[] = []
        for (let now = 0; now < 300; now += 10) admitRestart(times, now, 3, 25)
        same(times.length <= 3, true, "bounded")
        bench.clock.setWall(1_900_000_000_000)
        bench.clock.setWall(1_000_000_000_000)
        await until("more runs", () => t.runs > 12)
        await tasks.stop("x")
        same(t.state, "stopped", "stopped while it waits")
        tasks.start("x")
        await until("and started again", () => t.runs > 14)
        await tasks.delete("x")
    })

    test("T8 ten restarts in a window are never used up, five are after half a minute", async () => {
        const givenUp = (limit: number) => {
            const times: number[] = []
            let now = 0
            for (let attempts = 0; attempts < 100; ++attempts) {
                if (!admitRestart(times, now, limit, 120_000)) return now
                now += restartDelay(1000, 60_000, attempts)
            }
            return -1
        }
        same(givenUp(5), 31_000)
        same(givenUp(10), -1)
    })

    test("T8 start does not wait for the delay, and forgives", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const t = tasks.add("x", failing, {
            restart: "on-failure",
            delay: 60_000,
            maxRestarts: 1,
        })
        await bench.become("x", "waiting")
        same(tasks.status("x")[0].waitsFor, "restart")
        tasks.start("x")
        await until("run 2", () => t.runs === 2 && t.state === "waiting")
        tasks.start("x")
        await until("run 3", () => t.runs === 3 && t.state === "waiting")
        same(bench.grep("alert").length, 0)
    })
})

describe("tasks: watchdog", () => {
    test("T9 a silent task is found in time, named, and restarted", async () => {
        const bench = await emptyBench()
        const { tasks, clock } = bench
        let last = 0
        let found = 0
        const t = tasks.add(
            "silent",
            async task => {
                for (let i = 0; i < 3; ++i) {
                    task.feed()
                    last = clock.millis()
                    await task.sleep(100)
                }
                try {
                    await task.sleep(60_000)
                } finally {
                    found = clock.millis() - last
                }
            },
            { watchdog: 400, restart: "on-failure", delay: 5 }
        )
        await until("second run", () => t.runs === 2)
        same(found >= 400 && found < 600, true, `found after ${found} ms`)
        const lines = bench.grep("error task.silent failed: Watchdog")
        same(lines.length, 1)
        const [line] = lines
        same(line.includes(": Watchdog: silent for "), true, line)
        same(line.endsWith("400 ms allowed"), true, line)
        same(t.error.name, "Watchdog")
        await tasks.stop("silent")
    })

    test("T9 a body whose turn came during a hold-up of the VM feeds first", async () => {
        const clock = new ManualClock()
        const { tasks } = new Bench({ clock })
        const signal = new Signal()
        await tasks.boot()
        const fed = tasks.add(
            "fed",
            async task => {
                while (true) {
                    await task.wait(signal)
                    task.feed()
                }
            },
            { watchdog: 100 }
        )
        await until("its run", () => fed.state === "running")
        for (let i = 0; i < 5; ++i) {
            clock.now += 150
            // wakes the supervising fiber, which is older than the task's
            clock.setWall(1.8e12)
            signal.notify()
            await ds.sleep(10)
        }
        same(fed.state, "running")
        same(fed.failures, undefined)
        await tasks.delete("*")
        await tasks.dispose()
    })

    test("T9 one that hangs outside of its own waits is left behind and restarted", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const t = tasks.add("hung", async () => await ds.sleep(60_000), {
            watchdog: 20,
            grace: 10,
            restart: "on-failure",
            delay: 2,
            maxRestarts: 2,
        })
        await bench.become("hung", "failed")
        same(t.runs, 3)
        same(bench.grep("task.hung failed: Watchdog").length, 3)
        same(bench.grep("left behind").length, 3)
    })

    test("T9 many fed tasks cost one timer and stay", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const fed = async (task: Task) => {
            while (true) {
                task.feed()
                await task.sleep(10)
            }
        }
        for (let i = 0; i < 10; ++i) tasks.add("fed", fed, { watchdog: 400 })
        await ds.sleep(200)
        same(
            tasks.status().every(s => s.state === "running"),
            true
        )
        same(
            tasks.status().every(s => s.runs === 1),
            true
        )
        const { fibers, left } = tasks.deviceStats()
        same(fibers - left, 11)
    })
})

describe("tasks: progress", () => {
    test("L17 progress reports when let through", async () => {
        const bench = await emptyBench()
        const { tasks, log } = bench
        tasks.add("quiet", forever)
        await ds.sleep(5)
        same(bench.lines.length, 0)
        log.enableProgress(true)
        tasks.add("loud", forever)
        await ds.sleep(5)
        await tasks.stop("loud")
        log.enableProgress(false)
        same(
            bench.lines.join(),
            "info tasks loud started, run 1,info tasks loud stopped"
        )
    })
})
