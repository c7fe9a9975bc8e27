import * as ds from "@devicescript/core"
import { describe, test } from "@devicescript/test"
import {
    BOOT_SLOT,
    Clock,
    flashError,
    FlashSlots,
    FlashStats,
    SystemClock,
    TASKS_SLOT,
} from "../../src/platform"
import { MemoryFlash } from "../../src/testing"
import { BootJournal, KeptOptions, Task, TaskRegistry } from "../../src/tasks"
import { Bench, expectError, forever, same, until } from "./support/tasks"

/** Start of a program after power-on, in ms. */
const POWER_ON = 1100
/** A start counts as short unless it lasts this long, in ms. */
const STABLE = 1500

/** The VM's clock, moved: a chip that has been on for another time. */
class MovedClock extends SystemClock {
    override readonly startedAt: number = 0

    constructor(millis: number) {
        super()
        const moved = millis - ds.millis()
        this.millis = () => ds.millis() + moved
        this.startedAt = millis
    }
}

const device = new Bench()

/** Starts a firmware; the one before it is not stopped, as after a reset. */
async function boot(
    flash: FlashSlots,
    add: (tasks: TaskRegistry) => void,
    clock: Clock = new MovedClock(POWER_ON),
    restartDevice: () => void = nothing
): Promise<Bench> {
    const journal = new BootJournal(flash, clock, STABLE, true)
    const options = { flash, journal, autoBoot: false, restartDevice }
    await device.renew(clock, options)
    add(device.tasks)
    await device.tasks.boot()
    return device
}

function addThree(tasks: TaskRegistry): void {
    tasks.add("base", forever, { core: true })
    tasks.add("net", forever)
    tasks.add("poll", async () => {}, { every: 60_000, in: 60_000 })
}

const nothing = () => {}

describe("tasks: kept states", () => {
    test("T12 disable and enable survive a reset, and write only changes", async () => {
        const flash = new MemoryFlash()
        let bench = await boot(flash, addThree)
        await bench.become("net", "running")
        const { writes } = flash.stats
        await bench.tasks.disable("net")
        same(bench.state("net"), "disabled")
        same(flash.stats.writes, writes + 1)
        await bench.tasks.disable("net")
        await bench.tasks.enable("base")
        same(flash.stats.writes, writes + 1, "nothing changed")

        bench = await boot(flash, addThree)
        same(bench.state("net"), "disabled")
        await bench.become("base", "running")
        same(bench.state("poll"), "scheduled")
        bench.tasks.start("net")
        await bench.become("net", "running")
        same(bench.tasks.status("net")[0].disabled, true)
        await bench.tasks.stop("net")
        same(bench.state("net"), "disabled")
        await bench.tasks.enable("net")
        await bench.become("net", "running")

        bench = await boot(flash, addThree)
        await bench.become("net", "running")
        bench.tasks.add("late", forever)
        await bench.tasks.disable("late")
        bench = await boot(flash, addThree)
        same(bench.tasks.add("late", forever).state, "disabled", "added late")
    })

    test("T12 a new plan leaves a disabled task alone, until it is enabled", async () => {
        const bench = new Bench()
        const { tasks } = bench
        tasks.add("pump", async () => {}, { autostart: false })
        tasks.schedule("pump", { every: 50 })
        await bench.become("pump", "scheduled")
        await tasks.disable("pump")
        const { runs } = tasks.get("pump")
        tasks.schedule("pump", { every: 20 })
        await ds.sleep(100)
        same(bench.state("pump"), "disabled")
        same(tasks.get("pump").runs, runs)
        await tasks.enable("pump")
        await bench.become("pump", "scheduled")
        // without a plan only a start starts it
        tasks.unschedule("pump")
        await tasks.disable("pump")
        await tasks.enable("pump")
        same(bench.state("pump"), "stopped")
        await tasks.dispose()
    })

    test("T12 options survive a reset, and can be taken back", async () => {
        const flash = new MemoryFlash()
        let bench = await boot(flash, addThree)
        await bench.tasks.setOptions("poll", { every: 5000, in: 0 })
        await bench.tasks.setOptions("poll", { restart: "always", grace: 7 })
        bench = await boot(flash, addThree)
        const { options } = bench.tasks.get("poll")
        same(options.every, 5000)
        same(options.in, 0)
        same(options.restart, "always")
        same(options.grace, 7)
        await bench.tasks.setOptions("poll", {
            every: undefined,
            in: undefined,
            restart: undefined,
            grace: undefined,
        })
        same(bench.tasks.get("poll").options.every, 60_000)
        bench = await boot(flash, addThree)
        same(bench.tasks.get("poll").options.every, 60_000)
        same(flash.slots[TASKS_SLOT].length, 0)
    })

    test("T12 a changed period holds at once", async () => {
        const bench = await boot(new MemoryFlash(), addThree)
        const poll = bench.tasks.get("poll")
        // it waits until the core task has begun
        await bench.become("poll", "scheduled")
        await bench.tasks.setOptions("poll", { in: undefined, every: 50 })
        same(poll.state, "scheduled")
        await bench.tasks.setOptions("poll", { in: 0 })
        await until("it runs often", () => poll.runs > 5)
        await bench.tasks.setOptions("poll", { watchdog: 5 })
        await bench.tasks.stop("poll")
    })

    test("T12 what cannot be kept is refused and changes nothing", async () => {
        const flash = new MemoryFlash()
        const bench = await boot(flash, addThree)
        const { tasks } = bench
        await refuse("core: wanted one of restart delay", async () => {
            await tasks.setOptions("net", { core: true } as KeptOptions)
        })
        await refuse("grace: wanted 0 to", async () => {
            await tasks.setOptions("net", { grace: -1 })
        })
        const misspelt: any = { evry: undefined }
        await refuse(
            'task "net": no option "evry"',
            async () => await tasks.setOptions("net", misspelt)
        )
        await refuse("core: wanted one of restart delay", async () => {
            await tasks.setOptions("net", { core: undefined } as KeptOptions)
        })
        await refuse("no option", async () => {
            tasks.schedule("net", Object.assign({ in: 1 }, misspelt))
        })
        await refuse("no option", async () => {
            tasks.add("misspelt", forever, misspelt)
        })
        same(tasks.names().includes("misspelt"), false)
        tasks.add("daily", forever, { at: "12:00" })
        await refuse('task "daily": at: wanted none beside "in"', async () => {
            await tasks.setOptions("*", { in: 5 })
        })
        same(flash.slots[TASKS_SLOT], undefined)
        await tasks.setOptions("daily", { in: undefined })
        for (let i = 10; i < 27; ++i)
            tasks.add("a-very-long-name-of-" + i, forever)
        await refuse("does not fit into flash", async () => {
            await tasks.disable("a-very*")
        })
        same(
            tasks.status("a-very*").some(s => s.disabled),
            false
        )
        const value = flash.slots[TASKS_SLOT]
        same(!value || value.length <= 200, true)
    })

    test("T12 a broken slot is passed over", async () => {
        const flash = new MemoryFlash()
        await flash.write(TASKS_SLOT, Buffer.from('{"net":{"of'))
        await flash.write(BOOT_SLOT, Buffer.from("rubbish"))
        let bench = await boot(flash, addThree)
        same(bench.state("net") === "disabled", false)
        same(bench.tasks.deviceStats().lastEnd, "first")
        await flash.write(
            TASKS_SLOT,
            Buffer.from('{"net":{"every":"x"},"poll":{"grace":7}}')
        )
        bench = await boot(flash, addThree)
        same(bench.tasks.get("poll").options.grace, 7)
        same(bench.tasks.get("net").options.every, undefined)
        same(bench.grep("what was kept").length, 1)
    })

    test("a flash that fails costs what it keeps, not the tasks", async () => {
        const bench = await boot(new DeadFlash(), addThree)
        await bench.become("net", "running")
        same(bench.grep("nothing known of the last run").length, 1)
        same(bench.tasks.deviceStats().boot, 0, "unknown")
        await refuse("does not answer", async () => {
            await bench.tasks.disable("net")
        })
        await bench.become("net", "disabled")
    })

    test("a flash that takes what it does not keep is written once, and told", async () => {
        const flash = new MemoryFlash()
        const bench = await boot(flash, addThree)
        const { writes } = flash.stats
        flash.write = async () => {
            flash.stats.writes++
        }
        await refuse("the flash did not keep the states", async () => {
            await bench.tasks.disable("net")
        })
        same(flash.stats.writes, writes + 1)
        await bench.become("net", "disabled")
    })
})

/** @throws Error unless `action` throws one whose message contains `text` */
async function refuse(
    text: string,
    action: () => Promise<void>
): Promise<void> {
    let thrown: any
    try {
        await action()
    } catch (e: any) {
        thrown = e
    }
    expectError(text, () => {
        if (thrown !== undefined) throw thrown
    })
}

class DeadFlash implements FlashSlots {
    readonly stats: FlashStats = { reads: 0, writes: 0, bytes: 0 }

    async read(key: string): Promise<Buffer | undefined> {
        throw flashError(key, "the store does not answer")
    }

    async write(key: string, value: Buffer): Promise<void> {
        throw flashError(key, "the store does not answer")
    }
}

describe("tasks: boot journal and safe mode", () => {
    test("T17 boot number and how the last run ended, at most two writes per boot, one per restart", async () => {
        const flash = new MemoryFlash()
        const expectBoot = async (
            millis: number,
            number: number,
            end: string
        ) => {
            const bench = await boot(flash, nothing, new MovedClock(millis))
            const { boot: actual, lastEnd } = bench.tasks.deviceStats()
            same(`${actual} ${lastEnd}`, `${number} ${end}`)
            return bench
        }
        await expectBoot(POWER_ON, 1, "first")
        same(flash.stats.writes, 1)
        await expectBoot(POWER_ON + 20, 2, "power")
        await expectBoot(POWER_ON + 6000, 3, "panic")
        let bench = await expectBoot(POWER_ON, 4, "power")
        same(flash.stats.writes, 4)
        await until("it has lasted", () => flash.stats.writes === 5)
        let restarted = false
        bench.tasks.shutDown(() => {
            restarted = true
        })
        await until("restart", () => restarted)
        same(flash.stats.writes, 6)
        const at = bench.clock.millis()
        bench = await expectBoot(at + 1050, 5, "restart")
        same(flash.stats.writes, 7)
        await until("it has lasted", () => flash.stats.writes === 8)
        await expectBoot(at + 90_000, 6, "panic")
    })

    test("T17 a run whose number is not known leaves the record alone", async () => {
        const flash = new MemoryFlash()
        await boot(flash, nothing)
        await until("it has lasted", () => flash.stats.writes === 2)
        const known = flash.slots[BOOT_SLOT].toString("hex")
        const { read } = flash
        flash.read = async key => {
            throw flashError(key, "the store does not answer yet")
        }
        const bench = await boot(flash, nothing)
        same(bench.tasks.deviceStats().boot, 0)
        flash.read = read
        let restarted = false
        await ds.sleep(STABLE + 100)
        bench.tasks.shutDown(() => {
            restarted = true
        })
        await until("restart", () => restarted)
        same(flash.slots[BOOT_SLOT].toString("hex"), known)
    })

    test("T17 a record that the flash did not give at first is read later, once", async () => {
        const flash = new MemoryFlash()
        await boot(flash, nothing)
        const { read } = flash
        flash.read = async key => {
            throw flashError(key, "the store does not answer yet")
        }
        const journal = new BootJournal(flash, new MovedClock(POWER_ON))
        let failure = ""
        try {
            await journal.open()
        } catch (e: any) {
            failure = e.name
        }
        same(failure, "FlashError")
        flash.read = read
        for (let i = 0; i < 2; ++i) {
            await journal.open()
            same(`${journal.boot} ${journal.lastEnd}`, "2 power")
        }
    })

    test("T17 a shut-down stops core tasks last, and the record comes after them", async () => {
        const flash = new MemoryFlash()
        const order: string[] = []
        const body = async (task: Task) => {
            try {
                await task.sleep(60_000)
            } finally {
                await ds.sleep(5)
                order.push(task.name)
            }
        }
        const bench = await boot(flash, tasks => {
            tasks.add("base", body, { core: true })
            tasks.add("guard", body, { core: true, requires: ["base"] })
            tasks.add("net", body)
            tasks.add("app", async task => {
                bench.tasks.shutDown(() => {
                    order.push("writes " + flash.stats.writes)
                })
                await body(task)
            })
        })
        const { writes } = flash.stats
        await until("the end", () => order.length === 5)
        same(order.slice(2).join(), `guard,base,writes ${writes + 1}`)
        same(bench.tasks.deviceStats().flash.writes, writes + 1)
    })

    test("T17 what takes long before a restart on purpose makes no panic of it", async () => {
        const flash = new MemoryFlash()
        let bench = await boot(flash, addThree)
        let restartedAt = 0
        bench.tasks.shutDown(
            () => {
                restartedAt = bench.clock.millis()
            },
            async () => {
                same(bench.tasks.get("base").state, "stopped")
                await ds.sleep(2500)
            }
        )
        await until("restart", () => restartedAt > 0)
        const clock = new MovedClock(restartedAt + 1050)
        bench = await boot(flash, nothing, clock)
        same(bench.tasks.deviceStats().lastEnd, "restart")
        same(bench.tasks.deviceStats().shortStarts, 0)
    })

    test("T17 a shut-down that could not restart stops nothing", async () => {
        const { tasks } = await boot(new MemoryFlash(), addThree)
        await until("net runs", () => tasks.get("net").state === "running")
        expectError("a function wanted", () => tasks.shutDown(undefined))
        await ds.sleep(20)
        same(tasks.get("net").state, "running")
    })

    test("T17 a restart on purpose that crashes at once is told from one that does not", async () => {
        const flash = new MemoryFlash()
        let bench = await boot(flash, nothing)
        let restarted = false
        bench.tasks.shutDown(() => {
            restarted = true
        })
        await until("restart", () => restarted)
        const at = bench.clock.millis()
        bench = await boot(flash, nothing, new MovedClock(at + 1050))
        same(bench.tasks.deviceStats().boot, 2)
        bench = await boot(flash, nothing, new MovedClock(at + 6300))
        same(bench.tasks.deviceStats().boot, 3)
        same(bench.tasks.deviceStats().lastEnd, "panic")
        same(bench.tasks.deviceStats().shortStarts, 1)
    })

    test("T18 after five short starts only core tasks run, a good run clears it", async () => {
        const flash = new MemoryFlash()
        const add = (tasks: TaskRegistry) => {
            addThree(tasks)
            tasks.add("guard", forever, { core: true, requires: ["helper"] })
            tasks.add("helper", forever)
        }
        let bench: Bench
        for (let i = 0; i < 5; ++i) {
            bench = await boot(flash, add)
            same(bench.tasks.deviceStats().safe, false)
            await bench.become("net", "running")
        }
        bench = await boot(flash, add)
        same(bench.tasks.deviceStats().safe, true)
        await bench.become("guard", "running")
        await bench.become("base", "running")
        same(bench.state("helper"), "running", "a core task requires it")
        same(bench.state("net"), "stopped")
        same(bench.state("poll"), "stopped")
        same(bench.tasks.add("late", forever).state, "stopped")
        const alerts = bench.grep("alert")
        same(alerts.length, 1)
        same(
            alerts[0],
            "alert tasks safe mode, only core tasks run: 5 starts in a row lasted under 1.5 s, the last ended by power"
        )
        bench.tasks.start("net")
        await bench.become("net", "running")
        bench = await boot(flash, add)
        same(bench.tasks.deviceStats().safe, true, "still, after a short one")
        await ds.sleep(STABLE + 20)
        bench = await boot(flash, add)
        same(bench.tasks.deviceStats().safe, false)
        same(bench.tasks.deviceStats().shortStarts, 0)
        await bench.become("net", "running")
    })

    test("T18 restarts for a task that fails for good lead to safe mode, too", async () => {
        const flash = new MemoryFlash()
        let at = POWER_ON
        let restarted = false
        let isLate = false
        const fail = async (task: Task) => {
            if (isLate) await task.sleep(STABLE + 20)
            throw new Error("no pump")
        }
        const start = async () => {
            restarted = false
            const add = (tasks: TaskRegistry) => {
                tasks.add("pump", fail, { escalate: "restart" })
            }
            const bench = await boot(flash, add, new MovedClock(at), () => {
                restarted = true
            })
            const { lastEnd, shortStarts, safe } = bench.tasks.deviceStats()
            const seen = `${lastEnd} ${shortStarts} ${safe}`
            if (safe) return seen
            await until("restart", () => restarted)
            at = bench.clock.millis() + 1050
            return seen
        }
        same(await start(), "first 0 false")
        same(await start(), "restart 1 false")
        isLate = true
        same(await start(), "restart 2 false")
        isLate = false
        for (let n = 0; n < 5; ++n)
            same(await start(), `restart ${n} false`, "after a run that lasted")
        same(await start(), "restart 5 true")
    })

    test("T18 a good run between, or a restart on purpose, begins the count again", async () => {
        const flash = new MemoryFlash()
        let bench: Bench
        for (let i = 0; i < 4; ++i) bench = await boot(flash, nothing)
        same(bench.tasks.deviceStats().shortStarts, 3)
        await ds.sleep(STABLE + 20)
        for (let i = 0; i < 5; ++i) bench = await boot(flash, nothing)
        same(bench.tasks.deviceStats().shortStarts, 4)
        same(bench.tasks.deviceStats().safe, false)
        bench.tasks.shutDown(nothing)
        await ds.sleep(20)
        bench = await boot(flash, nothing)
        same(bench.tasks.deviceStats().shortStarts, 1, "power lost on the way")
    })
})
