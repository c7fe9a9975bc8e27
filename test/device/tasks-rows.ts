import * as ds from "@devicescript/core"
import { describe, test } from "@devicescript/test"
import { RingHandler } from "../../src/log"
import { SystemClock } from "../../src/platform"
import { MemoryFlash } from "../../src/testing"
import { BootJournal, Task, TaskOptions, TaskRegistry } from "../../src/tasks"
import {
    Bench,
    emptyBench,
    expectError,
    forever,
    same,
    until,
} from "./support/tasks"

async function failing(): Promise<void> {
    throw new Error("outage")
}

describe("tasks: schedules and restarts", () => {
    test("T19a a schedule outlives its restarts, whose count is of one planned run", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        let isOut = true
        const options = {
            every: 300,
            restart: "on-failure" as const,
            delay: 2,
            maxDelay: 2,
            maxRestarts: 2,
        }
        const t = tasks.add(
            "poll",
            async () => {
                if (isOut) throw new Error("outage")
            },
            options
        )
        let planned = 3
        const isUsedUp = () => t.runs === planned && t.state === "failed"
        for (; planned <= 9; planned += 3) {
            await until("failed", isUsedUp)
            const [status] = tasks.status("poll")
            const wait = status.next - status.since - status.ago
            same(wait > 0 && wait <= 300, true, `${wait} ms`)
        }
        same(bench.grep("error task.poll failed until its next").length, 3)
        same(bench.grep("alert").length, 0)
        isOut = false
        await until("it is well", () => t.state === "scheduled")
        same(t.runs, 10)
        await tasks.stop("poll")
        same(tasks.status("poll")[0].next, undefined)
    })

    test("T19a always keeps the period, and a restart waits no longer than it", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const t = tasks.add("always", async () => {}, {
            every: 50,
            restart: "always",
            delay: 1,
        })
        const f = tasks.add("late", failing, {
            every: 50,
            restart: "always",
            delay: 60_000,
            maxRestarts: 100,
        })
        await ds.sleep(230)
        same(t.runs >= 3 && t.runs <= 6, true, `${t.runs} runs`)
        same(t.restarts, undefined)
        same(f.runs >= 3 && f.runs <= 6, true, `${f.runs} runs`)
        await tasks.delete("*")
    })

    test("T19a failed until a time of day, and across a clock that is set", async () => {
        const bench = new Bench()
        const { tasks, clock } = bench
        const noon = 19_000 * 86_400_000 + 43_200_000
        clock.setWall(noon - 20)
        const t = tasks.add("noon", failing, {
            at: "12:00",
            every: 86_400_000,
            restart: "on-failure",
            maxRestarts: 0,
        })
        await bench.become("noon", "failed")
        same(t.runs, 1)
        same(tasks.status("noon")[0].nextWall, noon + 86_400_000)
        clock.setWall(noon + 86_400_000 - 20)
        await until("the next day", () => t.runs === 2)
        tasks.unschedule("noon")
        await bench.become("noon", "failed")
        same(tasks.status("noon")[0].next, undefined)
        await tasks.dispose()
    })

    test("T10 a plan lasts as long as it was asked for", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const t = tasks.add("x", async () => {}, { every: 60_000 })
        await bench.become("x", "scheduled")
        tasks.unschedule("x")
        same(t.state, "stopped")
        t.start()
        await bench.become("x", "done")
        same(tasks.status("x")[0].next, undefined)
        tasks.schedule("x", { every: 15 })
        await until("it runs often", () => t.runs > 3)
        await tasks.setOptions("x", { grace: 7 })
        const { runs } = t
        await until("still", () => t.runs > runs + 2)
        await tasks.setOptions("x", { every: 50_000 })
        same(t.next - bench.clock.millis() > 40_000, true, "asked for last")
        await tasks.setOptions("x", { every: undefined, grace: undefined })
        same(t.next - bench.clock.millis() > 50_000, true)
        expectError("needs", () => tasks.schedule("x", {}))
        expectError("needs", () => tasks.schedule("x", { in: undefined }))
    })
})

describe("tasks: escalation", () => {
    test("T19b link: the parent fails with its child and is restarted with it", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const t = tasks.add(
            "p",
            async task => {
                task.child("loose", failing)
                task.child("bound", failing, {
                    escalate: "link",
                    restart: "on-failure",
                    delay: 1,
                    maxRestarts: 1,
                })
                task.child("good", forever)
                await task.sleep(60_000)
            },
            { restart: "on-failure", delay: 5, maxRestarts: 1 }
        )
        await bench.become("p", "failed")
        same(t.runs, 2)
        same(t.error.name, "Child")
        same(t.error.message, "p.bound failed for good")
        same(t.failedChild.name, "p.bound")
        same(tasks.status("p")[0].failedChild, "p.bound")
        same(bench.state("p.good"), "stopped")
    })

    test("T19b safe mode and restart of the device", async () => {
        let restarts = 0
        const bench = new Bench({
            restartDevice: () => {
                restarts++
            },
        })
        const { tasks } = bench
        let isBroken = true
        tasks.add("core", forever, { core: true })
        tasks.add("other", forever)
        tasks.add(
            "vital",
            async () => {
                if (isBroken) await failing()
            },
            { escalate: "safe-mode" }
        )
        await bench.become("other", "stopped")
        same(tasks.deviceStats().safe, true)
        same(tasks.summary().state, "maintenance")
        same(bench.state("core"), "running")
        same(
            bench.grep("alert tasks vital failed for good: safe-mode").length,
            1
        )
        isBroken = false
        await tasks.leaveSafeMode()
        await bench.become("other", "running")
        same(restarts, 0)
        tasks.add("last", failing, { escalate: "restart", core: true })
        await until("restart", () => restarts === 1)
        same(tasks.summary().state, "stopping")
        same(bench.state("core"), "stopped")
        await tasks.dispose()
    })
})

describe("tasks: selections and summaries", () => {
    test("T19c by state, by name and state", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        for (const name of ["net-a", "net-b", "led"]) tasks.add(name, forever)
        for (const name of ["net-x", "bad"]) tasks.add(name, failing)
        await bench.become("bad", "failed")
        await bench.become("led", "running")
        same(tasks.names(":failed").join(), "net-x,bad")
        same(tasks.names("net-*:running").join(), "net-a,net-b")
        same(tasks.names(":scheduled").length, 0)
        same(tasks.status("bad:failed").length, 1)
        same(tasks.stats(":failed")[0].failures, 1)
        await tasks.stop(":scheduled")
        await tasks.restart("net-*:running")
        same(tasks.get("led").runs, 1)
        for (const bad of [":odd", "net-*:", "x:y:failed", ":", ": failed"])
            refuse(tasks, bad)
        const { state, states, tasks: count, left } = tasks.summary()
        same(state, "degraded")
        same(states["failed"], 2)
        same(count, 5)
        same(left, 0)
        await tasks.delete(":failed")
        same(tasks.summary().state, "running")
    })

    test("T14 results of a group, as gather gives them", async () => {
        const { tasks } = await emptyBench()
        const job = async (task: Task, n: number) => {
            await task.sleep(n)
            if (n === 2) throw new RangeError("two")
            return n * n
        }
        for (const n of [3, 2, 1]) tasks.add("job", job, { args: [n] })
        const results = await tasks.gather("job*")
        same(results.length, 3)
        same(results[0], 9)
        same(results[1].message, "two")
        same(results[2], 1)
        const [status] = tasks.status("job")
        same(status.lasted >= 3, true)
        same(status.lasted, status.doneAt - status.startedAt)
    })

    test("T15 figures of a run begin with its body", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const lasted = () => tasks.status("x")[0].lasted
        const t = tasks.add("x", async task => await task.sleep(3))
        const figures: string[] = []
        const forget = tasks.onChange(task => {
            const { startedAt, doneAt, lasted } = tasks.status("x")[0]
            figures.push(`${task.state} ${startedAt} ${doneAt} ${lasted}`)
        })
        same(t.state, "starting")
        same(lasted(), undefined, "before the first run")
        await bench.become("x", "done")
        const first = `${t.startedAt} ${t.doneAt} ${t.doneAt - t.startedAt}`
        await ds.sleep(20)
        while (figures.length > 0) figures.pop()
        // a run that is stopped before its body begins leaves no figures
        t.start()
        same(t.state, "starting")
        await t.stop()
        same(
            figures.join(),
            ["starting", "stopping", "stopped"]
                .map(state => `${state} ${first}`)
                .join()
        )
        t.start()
        await bench.become("x", "running")
        same(lasted() < 20, true)
        await bench.become("x", "done")
        same(lasted(), t.doneAt - t.startedAt)
        forget()
    })

    test("T15 several last lines, and changes as they come", async () => {
        const ring = new RingHandler(1024)
        const bench = new Bench({ lines: ring })
        bench.log.addHandler("ring", ring)
        const { tasks } = bench
        const changes: string[] = []
        const end = tasks.onChange(task => {
            changes.push(task.name + " " + task.state)
            throw "listeners may throw"
        })
        tasks.add("x", async task => {
            for (let i = 1; i <= 4; ++i) task.log.info("line {0}", i)
        })
        await tasks.wait("x")
        const lines = tasks.lastLines("x", 2)
        same(lines.length, 2)
        same(lines[0].endsWith("line 3"), true)
        same(lines[1].endsWith("line 4"), true)
        same(changes.join(), "x waiting,x starting,x running,x done")
        end()
        await tasks.restart("x")
        await tasks.wait("x")
        same(changes.length, 4)
        await tasks.dispose()
    })

    test("T15 a listener that starts a task at each change starts one run", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        tasks.add("started", forever, { autostart: false })
        const end = tasks.onChange(() => tasks.start("started"))
        tasks.add("other", forever)
        await bench.become("started", "running")
        await tasks.stop("other")
        same(tasks.get("started").runs, 1)
        same(tasks.deviceStats().fibers, 2)
        end()
    })
})

function refuse(tasks: TaskRegistry, selection: string): void {
    const problem = "state: wanted"
    expectError(problem, () => tasks.names(selection))
}

describe("tasks: core tasks", () => {
    test("one that waits for the network keeps nobody waiting", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        tasks.add("net", forever, { core: true, notify: true })
        tasks.add("guard", forever, { core: true, requires: ["net"] })
        tasks.add("after", forever, { core: true, after: ["net"] })
        tasks.add("app", forever)
        await bench.become("app", "running")
        same(bench.state("guard"), "waiting")
        same(bench.state("after"), "waiting")
        tasks.get("net").ready()
        await bench.become("guard", "running")
    })
})

describe("tasks: safe mode", () => {
    test("T18 on request, ends by itself, and can be changed", async () => {
        const bench = new Bench({ safeModeMs: 60_000 })
        const { tasks } = bench
        tasks.add("core", forever, { core: true })
        tasks.add("app", forever)
        tasks.add("manual", forever, { autostart: false })
        tasks.add("off", forever)
        await bench.become("off", "running")
        await tasks.disable("off")
        await tasks.enterSafeMode()
        same(bench.state("app"), "stopped")
        same(bench.state("core"), "running")
        tasks.add("late", forever)
        await ds.sleep(20)
        same(bench.state("late"), "stopped")
        tasks.configureSafeMode({ safeModeMs: 50 })
        await bench.become("app", "running")
        await bench.become("late", "running")
        same(bench.state("manual"), "stopped")
        same(bench.state("off"), "disabled")
        same(bench.grep("safe mode is over").length, 1)
        same(tasks.deviceStats().safe, false)
        await tasks.dispose()
    })

    test("T18 its end starts what it stopped, not what a command stopped", async () => {
        const bench = new Bench()
        const { tasks } = bench
        const flaky = { restart: "always", delay: 1_000 } as TaskOptions
        const later = { in: 60_000 }
        const groups: Record<string, TaskOptions> = {
            live: {},
            retry: flaky,
            plan: later,
        }
        for (const when of ["kept", "before", "during", "off"])
            for (const kind of Object.keys(groups)) {
                const body = kind === "retry" ? failing : forever
                tasks.add(`${when}-${kind}`, body, groups[kind])
            }
        tasks.add("unplanned", forever, later)
        tasks.add("run-only", forever)
        for (const when of ["kept", "before", "during", "off"]) {
            await bench.become(`${when}-live`, "running")
            await bench.become(`${when}-retry`, "waiting")
            await bench.become(`${when}-plan`, "scheduled")
        }
        await tasks.stop("before-*")
        await tasks.stop("run-only", true)
        await tasks.disable("off-*")
        tasks.unschedule("unplanned")
        await tasks.enterSafeMode()
        same(tasks.names(":stopped").length, 11)
        await tasks.stop("during-*")
        await tasks.leaveSafeMode()
        await bench.become("kept-live", "running")
        await bench.become("kept-retry", "waiting")
        await bench.become("kept-plan", "scheduled")
        same(tasks.names("before-*:stopped").length, 3)
        same(tasks.names("during-*:stopped").length, 3)
        same(tasks.names("off-*:disabled").length, 3)
        same(bench.state("unplanned"), "stopped")
        same(bench.state("run-only"), "stopped")
        // a start by a command counts as before
        tasks.start("before-live")
        await bench.become("before-live", "running")
        await tasks.enterSafeMode()
        await tasks.leaveSafeMode()
        await bench.become("before-live", "running")
        await tasks.dispose()
    })

    test("T18 its end leaves alone what was stopped with a planned run kept", async () => {
        const bench = new Bench()
        const { tasks } = bench
        tasks.add("job", forever, { every: 60_000 })
        await bench.become("job", "running")
        await tasks.stop("job", true)
        same(bench.state("job"), "scheduled")
        await tasks.enterSafeMode()
        same(bench.state("job"), "stopped")
        await tasks.leaveSafeMode()
        await bench.become("job", "running")
        await tasks.dispose()
    })

    test("T18 an end of the power counts on a board, not in the simulator", async () => {
        const flash = new MemoryFlash()
        const clock: any = new SystemClock()
        clock.millis = () => 1100
        clock.startedAt = 1100
        for (let i = 0; i < 7; ++i) await new BootJournal(flash, clock).open()
        const journal = new BootJournal(flash, clock)
        await journal.open()
        same(journal.lastEnd, "power")
        same(journal.shortStarts, 0)
        const board = new BootJournal(flash, clock, 1000, true)
        await board.open()
        same(board.shortStarts, 1)
    })

    test("T17 a program that waits before its first task is reported right", async () => {
        const flash = new MemoryFlash()
        let journal = new BootJournal(flash, startedAt(1100, 1200))
        await journal.open()
        await journal.markRestart()
        // it was restarted at once, but looked at its journal 20 s later
        journal = new BootJournal(flash, startedAt(2300, 22_300))
        await journal.open()
        same(journal.lastEnd, "restart")
        same(journal.boot, 2)
        journal = new BootJournal(flash, startedAt(1100, 9000))
        await journal.open()
        same(journal.lastEnd, "power")
        same(journal.boot, 3)
        journal = new BootJournal(flash, startedAt(7300, 30_000))
        await journal.open()
        same(journal.lastEnd, "panic")
        same(journal.boot, 4)
    })

    test("T17 no number is left out or used twice around a restart on purpose", async () => {
        const flash = new MemoryFlash()
        const open = async (start: number) => {
            const journal = new BootJournal(flash, startedAt(start, start))
            await journal.open()
            return journal
        }
        let journal = await open(1100)
        await journal.markRestart()
        // the power was lost before the restart
        journal = await open(1100)
        same(`${journal.boot} ${journal.lastEnd}`, "2 power")
        await journal.markRestart()
        // a panic came before the restart
        journal = await open(7100)
        same(`${journal.boot} ${journal.lastEnd}`, "3 panic")
        await journal.markStable()
        await journal.markRestart()
        journal = await open(8200)
        same(`${journal.boot} ${journal.lastEnd}`, "4 restart")
        // the power was lost soon after the restart
        journal = await open(1100)
        same(`${journal.boot} ${journal.lastEnd}`, "5 power")
    })
})

/** A clock of a program that was started at one time and looks at it at another. */
function startedAt(start: number, now: number): SystemClock {
    const clock: any = new SystemClock()
    clock.startedAt = start
    clock.millis = () => now
    return clock
}
