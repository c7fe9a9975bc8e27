import * as ds from "@devicescript/core"
import { describe, test } from "@devicescript/test"
import { Task } from "../../src/tasks"
import {
    Bench,
    emptyBench,
    expectError,
    forever,
    same,
    until,
} from "./support/tasks"

const DAY = 86_400_000
/** A midnight (UTC) in Unix ms. */
const MIDNIGHT = 19_000 * DAY

describe("tasks: schedules", () => {
    test("T10 in, every, both combined", async () => {
        const bench = await emptyBench()
        const { tasks, clock } = bench
        await tasks.boot()
        const start = clock.millis()
        const runs: string[] = []
        let early = ""
        const note = async (task: Task, first: number) => {
            const due = start + first + (task.runs - 1) * 200
            if (clock.millis() < due) early += task.name
            runs.push(task.name + task.runs)
        }
        tasks.add("in", note, { args: [100], in: 100 })
        tasks.add("every", note, { args: [0], every: 200 })
        tasks.add("both", note, { args: [100], in: 100, every: 200 })
        same(bench.state("in"), "scheduled")
        await until("5 runs", () => runs.length >= 5)
        same(runs.join(" "), "every1 in1 both1 every2 both2")
        same(early, "")
        same(bench.state("in"), "done")
        same(bench.state("every"), "scheduled")
        const [status] = tasks.status("every")
        same(status.next - status.ago - status.since <= 200, true)
    })

    test("T10 drift over 1,000 periods is under one tick", async () => {
        const bench = await emptyBench()
        const { tasks, clock } = bench
        const period = 4
        let base = 0
        let early = 0
        let worst = 0
        const t = tasks.add(
            "tick",
            async task => {
                const slot = task.runs - 1 + (task.skipped ?? 0)
                const late = clock.millis() - base - slot * period
                early = Math.min(early, late)
                worst = Math.max(worst, late)
            },
            { every: period, in: 20 }
        )
        base = t.next
        const slots = () => t.runs + (t.skipped ?? 0)
        await until("1,000 periods", () => slots() > 1000, 30_000)
        await bench.become("tick", "scheduled")
        same(t.next, base + slots() * period, "the grid of the first run")
        await tasks.stop("tick")
        same(early, 0, "never before its time")
        console.log(
            `    ${t.runs} runs, ${t.skipped ?? 0} skipped, latest by ${worst} ms`
        )
    })

    test("T10 what is planned stays on the grid", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const t = tasks.add("grid", async task => await task.sleep(9), {
            every: 7,
            in: 7,
        })
        const base = t.next
        let seen = 0
        await bench.become("grid", "running")
        for (let i = 0; i < 20; ++i) {
            await until("one more", () => t.runs !== seen)
            seen = t.runs
            const periods = (t.next - base) / 7
            same(periods, t.runs + (t.skipped ?? 0))
        }
        await tasks.delete("grid")
    })

    test("T10 runs that come too soon are counted, not piled up", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        let live = 0
        const t = tasks.add(
            "long",
            async task => {
                if (++live > 1) throw new Error("two at a time")
                await task.sleep(50)
                live--
            },
            { every: 20 }
        )
        await until("3 runs", () => t.runs >= 3)
        same(t.skipped >= 4, true, `${t.skipped} skipped`)
        same(t.error, undefined)
        await tasks.delete("long")
    })

    test("T10 a run that fails is scheduled again", async () => {
        const bench = await emptyBench()
        const t = bench.tasks.add(
            "fails",
            async () => {
                throw new Error("x")
            },
            { every: 30 }
        )
        await until("3 lines", () => bench.grep("failed: Error: x").length > 2)
        same(t.runs >= 3, true)
        await bench.tasks.delete("*")
    })

    test("T10 stop drops the schedule or keeps it, unschedule, schedule", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const t = tasks.add("x", async task => await task.sleep(5000), {
            every: 200,
        })
        await bench.become("x", "running")
        await tasks.stop("x", true)
        same(t.state, "scheduled", "kept")
        await until("run 2", () => t.runs === 2 && t.state === "running")
        await tasks.stop("x")
        same(t.state, "stopped", "dropped")
        await ds.sleep(250)
        same(t.runs, 2)
        tasks.schedule("x", { in: 50 })
        same(t.state, "scheduled")
        tasks.unschedule("x")
        same(t.state, "stopped")
        tasks.schedule("x", { in: 10 })
        await until("run 3", () => t.runs === 3 && t.state === "running")
        tasks.unschedule("x")
        same(t.state, "running", "the run under way goes on")
        await tasks.stop("x", true)
        same(t.state, "stopped", "nothing left to keep")
        expectError("every: wanted 1 to", () =>
            tasks.schedule("x", { every: -1 })
        )
        expectError("core: wanted one of in every at here", () =>
            tasks.schedule("x", { core: true } as any)
        )
    })

    test("T10 a run under way keeps its restarts when its plan is dropped", async () => {
        const { tasks } = await emptyBench()
        let isLoose = false
        const t = tasks.add(
            "x",
            async task => {
                await until("the plan is dropped", () => isLoose)
                if (t.runs === 1) throw new Error("once")
                await task.sleep(5000)
            },
            { every: 60_000, restart: "on-failure", delay: 5 }
        )
        await until("run 1", () => t.state === "running")
        tasks.unschedule("x")
        isLoose = true
        await until("run 2", () => t.runs === 2 && t.state === "running")
        same(t.next, undefined)
    })

    test("T10 start runs a scheduled task now, its plan stays", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const t = tasks.add("x", async () => {}, { in: 60_000, every: 60_000 })
        const { next } = t
        tasks.start("x")
        await until("it ran", () => t.runs === 1 && t.state === "scheduled")
        same(t.next, next)
    })
})

describe("tasks: schedules and restarts", () => {
    test("T8 T10 a start runs at once what is due for its restart, its plan stays", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const t = tasks.add(
            "x",
            async task => {
                if (task.runs === 1) throw new Error("first")
            },
            { in: 20, every: 60_000, restart: "on-failure", delay: 60_000 }
        )
        const { next } = t
        await bench.become("x", "waiting")
        tasks.start("x")
        await until("second run", () => t.runs === 2 && t.state === "scheduled")
        same(t.next, next + 60_000)
        await tasks.delete("x")
    })
})

describe("tasks: schedules by the wall clock", () => {
    test("T10 waits until the clock is known, and copes with its being set", async () => {
        const bench = new Bench()
        const { tasks, clock } = bench
        const noop = async () => {}
        const day = tasks.add("day", noop, { at: "06:30", every: DAY })
        const once = tasks.add("once", noop, { at: "06:30:00" })
        const unix = tasks.add("unix", noop, { at: MIDNIGHT + 2 * DAY })
        await bench.become("day", "scheduled")
        same(tasks.status("day")[0].waitsFor, "wall clock")
        same(day.next, undefined)
        const halfSeven = MIDNIGHT + 6.5 * 3_600_000

        clock.setWall(halfSeven - 50)
        const set = clock.millis()
        await until("planned", () => day.next !== undefined)
        same(Math.round(day.next - set), 50)
        same(unix.nextWall, MIDNIGHT + 2 * DAY)
        await until("first runs", () => day.runs === 1 && once.runs === 1)
        same(clock.wall() >= halfSeven, true)
        await bench.become("once", "done")
        await bench.become("day", "scheduled")
        same(day.nextWall, halfSeven + DAY)

        clock.setWall(halfSeven - 1000)
        await ds.sleep(20)
        same(day.runs, 1, "a step back does not repeat a run")
        same(day.nextWall, halfSeven + DAY)

        clock.setWall(halfSeven + 3 * DAY + 500)
        await until("the run passed over", () => day.runs === 2)
        same(day.skipped, 2, "those before it are counted")
        await bench.become("unix", "done")
        await bench.become("day", "scheduled")
        same(day.nextWall, halfSeven + 4 * DAY)

        clock.setWall(halfSeven - 30 * DAY)
        await ds.sleep(10)
        same(day.nextWall, halfSeven - 29 * DAY, "a wrong clock is forgotten")
        await tasks.delete("*")
    })

    test("T10 at with a short period, and at in the past", async () => {
        const bench = new Bench()
        const { tasks, clock } = bench
        clock.setWall(MIDNIGHT + 1000)
        const noop = async () => {}
        tasks.add("grid", noop, { at: MIDNIGHT, every: 300 })
        tasks.add("past", noop, { at: MIDNIGHT })
        await bench.become("past", "done")
        same(tasks.get("grid").nextWall, MIDNIGHT + 1200)
        await until("grid ran", () => tasks.get("grid").runs === 1)
        same(tasks.get("grid").nextWall, MIDNIGHT + 1500)
        await tasks.delete("*")
    })

    test("a stopped one is not woken by the clock", async () => {
        const bench = new Bench()
        const { tasks, clock } = bench
        tasks.add("x", forever, { at: "00:00" })
        await bench.become("x", "scheduled")
        await tasks.stop("x")
        clock.setWall(MIDNIGHT)
        await ds.sleep(10)
        same(bench.state("x"), "stopped")
    })
})
