import * as ds from "@devicescript/core"
import { describe, test } from "@devicescript/test"
import { LogSystem, RingHandler } from "../../src/log"
import { SystemClock } from "../../src/platform"
import { Task, TaskRegistry } from "../../src/tasks"
import { KINDS, soak } from "./support/soak"
import { Bench, forever, same } from "./support/tasks"

/** Steps that the VM allows between two switches of fibers. */
const STEP_LIMIT = 131_072
/** Steps of the VM in one round of `burn`: the VM panics after 10,075 rounds. */
const STEPS_PER_ROUND = 13

/** Uses up `steps` steps of the VM without a switch. */
function burn(steps: number): number {
    let sum = 0
    const rounds = Math.idiv(steps, STEPS_PER_ROUND)
    for (let i = 0; i < rounds; ++i) sum += i
    return sum
}

/** The VM's clock, which counts who asks. */
class CountingClock extends SystemClock {
    looks = 0

    constructor() {
        super()
        const self = this
        this.millis = () => {
            self.looks++
            return ds.millis()
        }
    }
}

describe("tasks: endurance", () => {
    // rows: T5 T19
    test("failures and hangs of all kinds leave the others running and the memory flat", async () => {
        const clock = new SystemClock()
        const tasks = new TaskRegistry({ log: new LogSystem(clock), clock })
        await soak(tasks, 3)
        const ballast: Buffer[] = []
        for (let i = 0; i < 10; ++i) ballast.push(Buffer.alloc(1000))
        const rounds = 40
        const { beats, latest } = await soak(tasks, rounds)
        same(beats > rounds, true, `${beats} beats`)
        same(ballast.length, 10)
        await tasks.dispose()
        console.log(
            `    ${rounds * KINDS} injected, ${beats} beats beside, latest by ${latest} ms`
        )
    })

    test("50 tasks are added and started in half of a slice's steps", async () => {
        const bench = new Bench()
        const { tasks } = bench
        await tasks.boot()
        const names: string[] = []
        for (let i = 0; i < 50; ++i) names.push("task-" + i)
        await ds.sleep(0)
        burn(STEP_LIMIT / 2)
        for (const name of names) tasks.add(name, forever)
        await bench.become("task-49", "running")
        same(tasks.deviceStats().fibers, 51)
        await tasks.delete("*")
        await tasks.dispose()
    })

    test("T15 all 64 tasks are shown in half of a slice's steps, beside a full ring", async () => {
        const lines = new RingHandler(2048)
        const bench = new Bench({ lines })
        const { tasks, log } = bench
        log.addHandler("ring", lines)
        await tasks.boot()
        const filler = log.logger("filler")
        for (let i = 0; i < 62; ++i) {
            filler.warning("one of the lines that fill the ring: {0}", i)
            tasks.add(
                "t" + i,
                forever,
                i > 0 ? { autostart: false } : undefined
            )
            if (i % 16 === 0) await ds.sleep(0)
        }
        const name = "wordy"
        tasks.add(name, async task => {
            task.log.info("[brackets] first")
            task.log.info("[other.service] last")
            await task.sleep(60_000)
        })
        tasks.get("t0").log.info("of t")
        await bench.become(name, "running")
        await ds.sleep(0)
        burn(STEP_LIMIT / 2)
        const status = tasks.status("t1*")
        await ds.sleep(0)
        same(status.length, 11)
        const last = (task: string) => tasks.lastLines(task, 1).join()
        same(last(name).includes("] [other.service] last"), true)
        same(last("t0").endsWith("[t0.service] of t"), true)
        same(last("t1"), "")
        await tasks.dispose()
    })

    // rows: T10
    test("one fiber and one timer supervise them, idle without a step", async () => {
        // whatever wakes the supervising fiber, it looks at the clock, for there are times
        const clock = new CountingClock()
        const bench = new Bench({ clock })
        const { tasks } = bench
        const still = async (task: Task) => await task.sleep(60_000)
        for (let i = 0; i < 20; ++i) tasks.add("idle", still)
        tasks.add("watched", still, { watchdog: 60_000 })
        tasks.add("later", still, { in: 60_000 })
        await bench.become("watched", "running")
        // the fiber has set its timer
        await ds.sleep(50)
        clock.looks = 0
        await ds.sleep(200)
        same(clock.looks, 0)
        await tasks.delete("*")
        await tasks.dispose()
    })
})
