// rows: T12
import * as ds from "@devicescript/core"
import { describe, test } from "@devicescript/test"
import {
    FlashSlots,
    FlashStats,
    MORE_TASKS_SLOT,
    SystemClock,
    TASKS_SLOT,
} from "../../src/platform"
import { MemoryFlash } from "../../src/testing"
import { TaskRegistry } from "../../src/tasks"
import { Bench, forever, same, until } from "./support/tasks"

/** How long each access to the flash takes, in ms. */
const SLOW_MS = 15

/** Flash that takes its time, as that of a board does. */
class SlowFlash implements FlashSlots {
    private readonly flash = new MemoryFlash()
    readonly stats: FlashStats = this.flash.stats
    /** Whether it stores what is written and does not answer. */
    silent = false

    async read(key: string): Promise<Buffer | undefined> {
        await ds.sleep(SLOW_MS)
        if (this.silent) throw new Error("silent")
        return await this.flash.read(key)
    }

    async write(key: string, value: Buffer): Promise<void> {
        await ds.sleep(SLOW_MS)
        await this.flash.write(key, value)
    }

    /** What is kept about all tasks. */
    kept(): any {
        const all: any = {}
        for (const slot of [TASKS_SLOT, MORE_TASKS_SLOT]) {
            const value = this.flash.slots[slot]
            if (value && value.length > 0)
                Object.assign(all, JSON.parse(value.toString()))
        }
        return all
    }
}

const bench = new Bench()

/** A program that starts: its registry has not read the flash yet. */
async function start(flash: SlowFlash, names: string[]): Promise<TaskRegistry> {
    await bench.renew(new SystemClock(), { flash })
    for (const name of names) bench.tasks.add(name, forever)
    return bench.tasks
}

/** Flash in which `off` is disabled and `set` has another grace period. */
async function keptFlash(): Promise<SlowFlash> {
    const flash = new SlowFlash()
    await flash.write(TASKS_SLOT, Buffer.from('{"off":1,"set":{"grace":7}}'))
    return flash
}

const NAMES = ["off", "set", "new"]

/** Commands given at once, each by a new fiber. */
class Crowd {
    private waiting = 0
    private readonly errors: string[] = []

    give(command: () => Promise<void>): void {
        const self = this
        self.waiting++
        const body = async () => {
            try {
                await command()
            } catch (e: any) {
                self.errors.push(e.name + ": " + e.message)
            }
            self.waiting--
        }
        body.start()
    }

    async end(): Promise<void> {
        const self = this
        await until("all return", () => self.waiting === 0)
        same(self.errors.join(), "")
    }
}

function isDisabled(tasks: TaskRegistry, name: string): boolean {
    return tasks.status(name)[0].disabled === true
}

describe("tasks: commands right after add", () => {
    test("options: what the flash had kept holds, and what was asked too", async () => {
        const flash = await keptFlash()
        const tasks = await start(flash, NAMES)
        await tasks.setOptions("new", { grace: 9 })
        same(
            JSON.stringify(flash.kept()),
            '{"off":1,"set":{"grace":7},"new":{"grace":9}}'
        )
        await tasks.boot()
        same(tasks.get("off").state, "disabled")
        same(tasks.get("off").runs, undefined)
        same(tasks.get("set").options.grace, 7)
        same(tasks.get("new").options.grace, 9)
        await bench.become("new", "running")
    })

    test("disable: the task does not run, then or after a reset", async () => {
        const flash = await keptFlash()
        let tasks = await start(flash, NAMES)
        await tasks.disable("new")
        await tasks.boot()
        for (let boots = 0; boots < 2; ++boots) {
            same(tasks.names(":disabled").join(), "off,new")
            same(tasks.get("new").runs, undefined)
            same(tasks.get("set").options.grace, 7)
            await bench.become("set", "running")
            tasks = await start(flash, NAMES)
            await tasks.boot()
        }
    })

    test("enable: the task runs, then and after a reset", async () => {
        const flash = await keptFlash()
        let tasks = await start(flash, NAMES)
        await tasks.enable("off")
        for (let boots = 0; boots < 2; ++boots) {
            await bench.become("off", "running")
            same(isDisabled(tasks, "off"), false)
            same(tasks.get("set").options.grace, 7)
            tasks = await start(flash, NAMES)
        }
        same(JSON.stringify(flash.kept()), '{"set":{"grace":7}}')
    })
})

describe("tasks: several changes at a time", () => {
    test("all are kept, and none gets the report that it was not", async () => {
        const flash = await keptFlash()
        const tasks = await start(flash, ["off", "set", "a", "b", "c", "d"])
        const crowd = new Crowd()
        crowd.give(async () => await tasks.disable("a"))
        crowd.give(async () => await tasks.setOptions("b", { grace: 3 }))
        crowd.give(async () => await tasks.enable("off"))
        crowd.give(async () => await tasks.disable("c"))
        // in the middle of the first write
        await ds.sleep(2 * SLOW_MS + SLOW_MS / 2)
        crowd.give(async () => await tasks.setOptions("b", { delay: 4 }))
        crowd.give(async () => await tasks.disable("d"))
        await crowd.end()
        const kept = flash.kept()
        same(Object.keys(kept).length, 5)
        same(kept.a + kept.c + kept.d, 3)
        same(Object.keys(kept.b).length, 2)
        same(kept.b.grace, 3)
        same(kept.b.delay, 4)
        same(tasks.names(":disabled").join(), "a,c,d")
        same(tasks.get("b").options.delay, 4)
    })

    test("of opposite ones the last holds, also while many are dealt with", async () => {
        const flash = new SlowFlash()
        const names: string[] = []
        for (let i = 0; i < 20; ++i) names.push("t" + i)
        const tasks = await start(flash, names)
        await tasks.boot()
        const crowd = new Crowd()
        crowd.give(async () => await tasks.disable("*"))
        crowd.give(async () => await tasks.enable("t19"))
        await crowd.end()
        await bench.become("t19", "running")
        same(tasks.names(":disabled").length, 19)
        same(flash.kept()["t19"], undefined)
        crowd.give(async () => await tasks.enable("*"))
        crowd.give(async () => await tasks.disable("t18"))
        await crowd.end()
        same(tasks.names(":disabled").join(), "t18")
        same(JSON.stringify(flash.kept()), '{"t18":1}')
        same(tasks.names(":running").length, 19)
    })

    test("what is taken back after a failure is taken back in flash as well", async () => {
        const flash = new SlowFlash()
        const tasks = await start(flash, ["a", "b"])
        await tasks.boot()
        flash.silent = true
        let problem = ""
        try {
            await tasks.disable("a")
        } catch (e: any) {
            problem = e.message
        }
        same(problem, "silent")
        flash.silent = false
        await tasks.enable("a")
        same(JSON.stringify(flash.kept()), "{}")
    })

    test("20 disabled tasks fit into flash", async () => {
        const flash = new SlowFlash()
        const names: string[] = []
        for (let i = 10; i < 30; ++i) names.push("a-task-of-12" + i)
        let tasks = await start(flash, names)
        await tasks.disable("*")
        tasks = await start(flash, names)
        await tasks.boot()
        same(tasks.names(":disabled").length, 20)
        same(Object.keys(flash.kept()).length, 20)
        await tasks.enable("*")
        same(Object.keys(flash.kept()).length, 0)
        await bench.become(names[19], "running")
    })
})
