// rows: T10
import * as ds from "@devicescript/core"
import { describe, test } from "@devicescript/test"
import { SystemClock } from "../../src/platform"
import { ManualClock } from "../../src/testing"
import { Bench, emptyBench, expectError, same, until } from "./support/tasks"

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** A midnight (UTC) in Unix ms. */
const MIDNIGHT = 19_000 * DAY
const HALF_SEVEN = MIDNIGHT + 6.5 * HOUR

/** The VM's clock at an uptime in ms. */
class LateClock extends SystemClock {
    /** The timers below it are those of a VM that has just begun. */
    override readonly startedAt: number = undefined

    constructor(uptime: number) {
        super()
        const moved = uptime - ds.millis()
        this.millis = () => ds.millis() + moved
    }
}

const nothing = async () => {}

describe("tasks: a clock that is set", () => {
    test("a listener that ends itself or throws keeps none from its turn", async () => {
        const clock = new SystemClock()
        let calls = ""
        const end = clock.onSet(() => {
            calls += "first "
            end()
        })
        clock.onSet(() => {
            throw new Error("a listener that throws, on purpose")
        })
        clock.onSet(() => {
            calls += "last "
        })
        clock.setWall(MIDNIGHT)
        clock.setWall(MIDNIGHT)
        same(calls, "first last last ")
        const none: any = undefined
        expectError("listener: wanted a function, got undefined", () =>
            clock.onSet(none)
        )
    })

    test("back by an hour: a short period goes on at once", async () => {
        const bench = new Bench()
        const { tasks, clock } = bench
        const t = tasks.add("poll", nothing, { at: "06:30", every: 100 })
        await bench.become("poll", "scheduled")
        clock.setWall(HALF_SEVEN - 20)
        await until("3 runs", () => t.runs >= 3)
        clock.setWall(HALF_SEVEN + 2 * HOUR)
        await until("2 more", () => t.runs >= 5)
        clock.setWall(HALF_SEVEN + HOUR)
        const { runs } = t
        const start = clock.millis()
        await until("5 more", () => t.runs >= runs + 5)
        const took = clock.millis() - start
        same(took < 1500, true, `${took} ms`)
        clock.setWall(HALF_SEVEN - HOUR)
        await ds.sleep(10)
        same(t.next - clock.millis() <= 150, true, "before the first of today")
        await tasks.delete("*")
        await tasks.dispose()
    })

    test("a time of day that was planned by a wrong clock", async () => {
        const bench = new Bench()
        const { tasks, clock } = bench
        const nine = MIDNIGHT + 9 * HOUR
        // it is 08:00, the clock says 10:00, or a day and more
        const due = async (wrong: number, right: number) => {
            clock.setWall(wrong)
            const once = tasks.add("once", nothing, { at: "09:00" })
            const daily = tasks.add("daily", nothing, {
                at: "09:00",
                every: DAY,
            })
            await bench.become("daily", "scheduled")
            clock.setWall(right)
            await ds.sleep(10)
            same(once.nextWall, nine)
            same(daily.nextWall, nine)
            await tasks.delete("*")
        }
        await due(nine + HOUR, nine - HOUR)
        await due(nine + 14 * HOUR, nine - HOUR)
        await due(nine + 100 * DAY, nine - 9 * HOUR)
        await tasks.dispose()
    })

    test("no run of a day is missed for long, and none repeated by a small step", async () => {
        const bench = new Bench()
        const { tasks, clock } = bench
        clock.setWall(HALF_SEVEN - 30)
        const t = tasks.add("day", nothing, { at: "06:30", every: DAY })
        await until("first run", () => t.runs === 1)
        await bench.become("day", "scheduled")
        for (const minutes of [1, 10, 59]) {
            clock.setWall(HALF_SEVEN - minutes * 60_000)
            await ds.sleep(10)
            same(t.nextWall, HALF_SEVEN + DAY, `${minutes} minutes back`)
        }
        clock.setWall(HALF_SEVEN - 2 * HOUR)
        await ds.sleep(10)
        same(t.nextWall, HALF_SEVEN, "that was another day's")
        clock.setWall(HALF_SEVEN - 10 * HOUR)
        await ds.sleep(10)
        same(t.nextWall, HALF_SEVEN)
        await tasks.delete("*")
        await tasks.dispose()
    })

    test("back by the hour of the last run: it is the same run, however punctual it was", async () => {
        const clock = new ManualClock()
        const bench = new Bench({ clock })
        const { tasks } = bench
        clock.setWall(HALF_SEVEN - 1000)
        const t = tasks.add("day", nothing, { at: "06:30", every: DAY })
        await bench.become("day", "scheduled")
        clock.now += 1000
        await until("first run", () => t.runs === 1)
        await bench.become("day", "scheduled")
        clock.setWall(HALF_SEVEN - HOUR)
        await until("plan", () => t.next - clock.now === HOUR + DAY)
        await tasks.delete("*")
        await tasks.dispose()
    })

    test("back by some seconds: the plan is right while the clock is slowed down", async () => {
        const bench = new Bench()
        const { tasks, clock } = bench
        clock.setWall(HALF_SEVEN - 2000)
        const before = tasks.add("before", nothing, { at: "06:30" })
        await bench.become("before", "scheduled")
        clock.setWall(HALF_SEVEN - 8000)
        const due = clock.millis() + 8000
        const added = tasks.add("added", nothing, { at: "06:30", every: DAY })
        await bench.become("added", "scheduled")
        await ds.sleep(10)
        same(before.next, due)
        same(added.next, due)
        await tasks.delete("*")
        await tasks.dispose()
    })

    test("twice at nearly the same time: all plans follow the last one", async () => {
        const clock = new ManualClock()
        const bench = new Bench({ clock })
        const { tasks } = bench
        for (let i = 0; i < 20; ++i) tasks.add("x", nothing, { at: "06:30" })
        await bench.become("x@19", "scheduled")
        for (let late = 1; late < 8; ++late) {
            clock.setWall(MIDNIGHT)
            for (let i = 0; i < late; ++i) await ds.sleep(0)
            clock.setWall(HALF_SEVEN - 1000)
            await until(`plans after ${late} yields`, () =>
                tasks
                    .names()
                    .every(name => tasks.get(name).next === clock.now + 1000)
            )
        }
        await tasks.delete("*")
        await tasks.dispose()
    })

    test("a start by hand before the clock is known keeps the plan", async () => {
        const bench = new Bench()
        const { tasks, clock } = bench
        const t = tasks.add("x", nothing, { at: "06:30" })
        await bench.become("x", "scheduled")
        t.start()
        await until("it ran", () => t.runs === 1 && t.state === "scheduled")
        clock.setWall(HALF_SEVEN - 30)
        await until("and by its plan", () => t.runs === 2)
        await bench.become("x", "done")
        await tasks.dispose()
    })
})

describe("tasks: numbers that are no int32", () => {
    test("fractions of ms as period, delay, watchdog and grace", async () => {
        const bench = await emptyBench()
        const { tasks, clock } = bench
        const start = clock.millis()
        const third = tasks.add("third", nothing, { every: 100 / 3 })
        const later = tasks.add("later", nothing, { in: 0.5 })
        const dog = tasks.add("dog", async t => await t.sleep(60_000), {
            watchdog: 40.5,
            grace: 20.5,
        })
        const again = tasks.add(
            "again",
            async () => {
                throw "again"
            },
            {
                restart: "on-failure",
                delay: 0.5,
                maxDelay: 0.75,
                window: 1e6 + 0.5,
                healthy: 1e6 + 0.5,
            }
        )
        await until("6 runs", () => third.runs >= 6)
        const slots = Math.floor((clock.millis() - start) / (100 / 3)) + 1
        const skipped = third.skipped === undefined ? 0 : third.skipped
        same(Math.abs(third.runs + skipped - slots) <= 1, true)
        await bench.become("later", "done")
        await bench.become("dog", "failed")
        same(dog.error.name, "Watchdog")
        await bench.become("again", "failed")
        same(again.runs, 6)
        same(later.runs, 1)
    })

    test("after 24.8 days of uptime, and across that moment", async () => {
        for (const uptime of [0x7fffffff - 60, 0x80000000 + 0.5, 1e12 + 0.25])
            await runLate(uptime)
    })

    test("a plan further ahead than the VM's timer", async () => {
        const bench = new Bench()
        const { tasks, clock } = bench
        clock.setWall(MIDNIGHT)
        const t = tasks.add("year", nothing, { at: MIDNIGHT + 365 * DAY })
        await ds.sleep(50)
        same(t.state, "scheduled")
        same(t.runs, undefined)
        clock.setWall(MIDNIGHT + 365 * DAY - 20)
        await bench.become("year", "done")
        await tasks.dispose()
    })
})

async function runLate(uptime: number): Promise<void> {
    const clock = new LateClock(uptime)
    const bench = new Bench({ clock })
    const { tasks } = bench
    const every = tasks.add("every", nothing, { every: 20 })
    tasks.add("in", nothing, { in: 30 })
    const dog = tasks.add("dog", async t => await t.sleep(60_000), {
        watchdog: 40,
    })
    const again = tasks.add(
        "again",
        async () => {
            throw "again"
        },
        { restart: "on-failure", delay: 5, maxRestarts: 2 }
    )
    await until("5 runs", () => every.runs >= 5)
    await bench.become("in", "done")
    await bench.become("dog", "failed")
    await bench.become("again", "failed")
    same(again.runs, 3)
    same(dog.error.name, "Watchdog")
    same(await tasks.wait("every", 5), true)
    same(tasks.status("in")[0].lasted >= 0, true)
    same(tasks.statusText("*", false).includes("NaN"), false)
    await tasks.delete("*")
    await tasks.dispose()
}
