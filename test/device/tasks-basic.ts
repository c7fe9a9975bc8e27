import * as ds from "@devicescript/core"
import { describe, test } from "@devicescript/test"
import { INFO, MAX_TOPICS, RingHandler } from "../../src/log"
import { SettingsFlash } from "../../src/platform"
import { MAX_NAME_CHARS, Task, TaskRegistry } from "../../src/tasks"
import {
    Bench,
    emptyBench,
    expectError,
    forever,
    same,
    until,
} from "./support/tasks"

describe("tasks: names and commands", () => {
    test("T1 a taken name gets a number, arguments are passed on", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const sum = async (task: Task, a: number, b: number) => a + b
        tasks.add("sum", sum, { args: [1, 2] })
        same(tasks.add("sum", sum, { args: [3, 4] }).name, "sum@1")
        same(tasks.add("sum", sum, { args: [5, 6] }).name, "sum@2")
        await tasks.wait("*")
        same(tasks.get("sum").result, 3)
        same(tasks.get("sum@1").result, 7)
        same(tasks.get("sum@2").result, 11)
        await tasks.restart("sum@2")
        await bench.become("sum@2", "done")
        same(tasks.get("sum@2").result, 11, "same arguments")
        same(tasks.get("sum@2").runs, 2)
    })

    test("T2 start, stop, restart, delete by pattern", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        for (const name of ["net-a", "net-b", "led"]) tasks.add(name, forever)
        await bench.become("led", "running")
        await tasks.stop("net-*")
        same(bench.state("net-a"), "stopped")
        same(bench.state("net-b"), "stopped")
        same(bench.state("led"), "running")
        tasks.start("*")
        await bench.become("net-b", "running")
        same(tasks.get("led").runs, 1, "start leaves a running task alone")
        await tasks.restart("*")
        await until("second runs", () =>
            tasks.stats().every(stats => stats.runs >= 2)
        )
        await tasks.delete("net-*")
        same(tasks.names().join(), "led")
        expectError('no task "ned"', () => tasks.start("ned"))
        expectError('no task "x*"', () => tasks.start("x*"))
        expectError('no task ""', () => tasks.start(""))
        await tasks.delete("*")
        same(tasks.names().length, 0)
        same(tasks.statusText(), "")
        tasks.start("*")
        expectError('no task "led"', () => tasks.start("led"))
        expectError('no task "led"', () => tasks.names("led"))
        expectError('no task "led"', () => tasks.status("led"))
        expectError('no task "l*"', () => tasks.stats("l*"))
        let name = ""
        try {
            tasks.start("led")
        } catch (e: any) {
            name = e.name
        }
        same(name, "UnknownTaskError")
    })

    test("T3 states with times, counts, results", async () => {
        const bench = await emptyBench()
        const { tasks, clock } = bench
        tasks.add("idle", forever, { autostart: false })
        same(bench.state("idle"), "stopped")
        const t = tasks.add("work", async task => {
            await task.sleep(20)
            return "ready"
        })
        same(t.state, "starting")
        await bench.become("work", "running")
        const since = tasks.status("work")[0].since
        await bench.become("work", "done")
        const [status] = tasks.status("work")
        same(status.startedAt, since)
        same(status.doneAt - since >= 20, true)
        same(status.since, status.doneAt)
        same(status.result, "ready")
        same(status.runs, 1)
        same(status.error, undefined)
        same(status.sinceWall, undefined, "clock unknown")
        clock.setWall(1_700_000_000_000)
        const told = tasks.status("work")[0]
        same(told.sinceWall, 1_700_000_000_000 - told.ago)
        same(tasks.get("idle").runs, undefined)
    })

    test("T14 a group can be awaited", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const job = async (task: Task, ms: number) => await task.sleep(ms)
        for (let i = 1; i <= 3; ++i)
            tasks.add("job-" + i, job, { args: [i * 10] })
        tasks.add("other", forever)
        same(await tasks.wait("*", 60), false, "other goes on")
        same(await tasks.wait("job-*"), true)
        same(
            tasks.status("job-*").every(s => s.state === "done"),
            true
        )
    })
})

describe("tasks: isolation and tracebacks", () => {
    test("T5 T6 what a task throws ends nothing but the task", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        let beats = 0
        tasks.add("heart", async task => {
            while (true) {
                beats++
                await task.sleep(2)
            }
        })
        tasks.add("error", async () => {
            throw new RangeError("too hot")
        })
        tasks.add("text", async () => {
            throw "just text"
        })
        tasks.add("nothing", async () => {
            throw undefined
        })
        tasks.add("number", async () => {
            throw 42
        })
        tasks.add("object", async () => {
            throw { some: "thing" }
        })
        tasks.add("type", async () => {
            const nobody: any = undefined
            nobody.call()
        })
        await tasks.wait("error")
        await tasks.wait("type")
        const before = beats
        await until("more beats", () => beats > before + 3)
        const { error } = tasks.get("error")
        same(error.name, "RangeError")
        same(error.message, "too hot")
        same(error.stack.length >= 2, true, "frames")
        same(tasks.get("text").error.message, "just text")
        same(tasks.get("number").error.message, "42")
        same(tasks.get("nothing").state, "failed")
        same(tasks.get("object").state, "failed")
        same(tasks.get("type").error.name, "TypeError")
        const [line] = bench.grep("too hot")
        same(line.startsWith("error task.error failed: RangeError"), true)
        same(line.includes("gpc:"), true, "frames in the line")
    })

    test("T19 the kept message of an error is bounded", async () => {
        const bench = await emptyBench()
        let long = "long "
        for (let i = 0; i < 8; ++i) long += long
        bench.tasks.add("long", async () => {
            throw new Error(long)
        })
        await bench.tasks.wait("long")
        same(bench.tasks.get("long").error.message.length, 120)
    })
})

describe("tasks: loggers", () => {
    test("L16 a topic is taken at the first line, also when there are many", async () => {
        const bench = await emptyBench()
        const { tasks, log } = bench
        const topics = log.topics.length
        const quiet = tasks.add("quiet", forever)
        same(log.topics.length, topics)
        same(quiet.log.isEnabled(INFO), true)
        same(log.topics.length, topics + 1)
        const run = async (task: Task) => {
            task.log.with({ run: 1 }).info("with meta")
            task.log.info("{0} says so", task.name)
            task.child("help", async child => child.log.info("child"))
            await task.sleep(5)
        }
        tasks.add("wordy", run)
        tasks.add("wordy", run)
        await tasks.wait("wordy*")
        same(
            bench.grep("says so").join(),
            "info task.wordy wordy says so,info task.wordy-1 wordy@1 says so"
        )
        same(bench.grep("info task.wordy.help child").length, 1)
        same(log.service("wordy").meta, undefined)
        for (let i = 0; i < MAX_TOPICS; ++i) log.logger("filler" + i)
        same(log.topics.length, MAX_TOPICS)
        bench.lines = []
        const late = tasks.add("late", run)
        await tasks.wait("late")
        same(late.state, "done")
        same(bench.grep("info task.late late says so").length, 1)
    })
})

describe("tasks: status and figures", () => {
    test("T13 T15 children are shown under their parents", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const parent = async (task: Task) => {
            await task.sleep(5)
            task.child("x", forever)
            const y = async (child: Task) => {
                child.child("z", forever)
                await child.sleep(60_000)
            }
            task.child("y", y)
            await task.sleep(60_000)
        }
        for (const name of ["a", "b"]) tasks.add(name, parent)
        tasks.add("c", forever)
        await until("9 tasks", () => tasks.names().length === 9)
        const shown = tasks
            .statusText("*", false)
            .split("\n")
            .map(line => line.split(":")[0].split("\u25cf ").join(""))
        same(shown.join(), "a,  a.x,  a.y,    a.y.z,b,  b.x,  b.y,    b.y.z,c")
        same(tasks.statusText("b.y*", false).startsWith("  \u25cf b.y: "), true)
    })

    test("T15 text for people", async () => {
        const ring = new RingHandler(1024)
        const bench = new Bench({ lines: ring })
        bench.log.addHandler("ring", ring)
        const { tasks } = bench
        tasks.add("good", async task => {
            task.log.info("all is well with {0}", task.name)
            return 7
        })
        tasks.add("bad", async () => {
            throw new Error("boom")
        })
        tasks.add("later", forever, { in: 90_000 })
        await tasks.wait("bad")
        await tasks.wait("good")
        const text = tasks.statusText("*", false)
        for (const part of [
            "\u25cf good: done since uptime ",
            "result 7",
            "[good.service] all is well with good",
            "\u25cf bad: failed since uptime ",
            "error Error: boom at gpc:",
            "\u25cf later: scheduled since",
            "next in 1.5 min",
        ])
            same(text.includes(part), true, `${part} in ${text}`)
        same(
            tasks.statusText("bad").startsWith("\u001b[31m\u25cf\u001b[0m bad"),
            true
        )
        bench.clock.setWall(1_700_000_000_000)
        same(tasks.statusText("good").includes("since 2023-11-14T22:13:"), true)
    })

    test("T16 figures of tasks and of the device", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        tasks.add("sensor", async task => {
            task.stats = { reads: 12, mode: "fast" }
            for (let i = 0; i < 20; ++i) (task.stats as any)["f" + i] = i
            await task.sleep(10_000)
        })
        await bench.become("sensor", "running")
        await ds.sleep(10)
        const [stats] = tasks.stats("sensor")
        same(stats.figures["reads"], 12)
        same(stats.figures["mode"], "fast")
        same(Object.keys(stats.figures).length, 16, "bounded")
        same(stats.lasted >= 10, true)
        const device = tasks.deviceStats()
        same(device.tasks, 1)
        same(device.fibers, 2)
        same(device.uptime > 0, true)
        same(device.log[0].name, "lines")
        same(device.safe, false)
    })

    test("T16 figures of the device are data, also beside the VM's store", async () => {
        const { log, clock } = await emptyBench()
        const flash = new SettingsFlash()
        const tasks = new TaskRegistry({ log, clock, flash })
        await flash.read("fd.none")
        const { flash: counts } = tasks.deviceStats()
        same(JSON.stringify(counts), '{"reads":1,"writes":0,"bytes":0}')
        await tasks.dispose()
    })

    test("T16 figures that are no object with fields are left out", async () => {
        const { tasks } = await emptyBench()
        const wrong: any[] = [[1, 2], Buffer.alloc(2), null, "reads", 5]
        for (const value of wrong) tasks.add("odd", forever).stats = value
        tasks.add("sensor", forever).stats = { reads: 12 }
        const stats = tasks.stats()
        same(stats.length, 6)
        for (const one of stats) {
            const wanted = one.name === "sensor" ? "reads" : ""
            same(Object.keys(one.figures).join(), wanted, one.name)
        }
    })
})

describe("tasks: misuse", () => {
    const body = async () => {}

    test("T19 names and bodies", async () => {
        const { tasks } = await emptyBench()
        let long = "x"
        while (long.length <= MAX_NAME_CHARS) long += "x"
        const refused = (problem: string) => (name: any) => {
            expectError(problem, () => {
                tasks.add(name, body)
            })
        }
        const wrong = ["two words", "a.b", "a@1", "a*", "a:b", "K\u00fcche"]
        wrong.forEach(refused("letters, digits"))
        const sizes: any[] = ["", long, undefined, 7]
        sizes.forEach(refused("1 to 24 characters"))
        expectError("must be a function", () => tasks.add("a", undefined))
        same(tasks.names().length, 0, "nothing was added")
    })

    test("T19 options", async () => {
        const { tasks } = await emptyBench()
        const bad = (options: any) => () => {
            tasks.add("t", body, options)
        }
        expectError('task "t": no option "evry"; wanted ', bad({ evry: 1 }))
        const period = "every: wanted 1 to 2147483647, got "
        expectError(period + "-5", bad({ every: -5 }))
        expectError(period + "0", bad({ every: 0 }))
        expectError(period + "NaN", bad({ every: NaN }))
        expectError("in: wanted 0 to 2147483647", bad({ in: "5" }))
        expectError(
            "restart: wanted never|on-failure|always",
            bad({ restart: "maybe" })
        )
        expectError('at: wanted "HH:MM"', bad({ at: "25:00" }))
        expectError('at: wanted "HH:MM"', bad({ at: "7:00" }))
        expectError('at: wanted "HH:MM"', bad({ at: "07:00:61" }))
        expectError('none beside "in"', bad({ at: "07:00", in: 5 }))
        expectError("requires: wanted a list", bad({ requires: "net" }))
        expectError("names of tasks, got 7", bad({ requires: [7] }))
        expectError("core: wanted true or false", bad({ core: 1 }))
        expectError("onStop: wanted a function", bad({ onStop: 1 }))
        expectError("options: wanted an object", bad("every"))
        expectError(
            "maxRestarts: wanted a whole number, 0 to 100",
            bad({ maxRestarts: 101 })
        )
        expectError(
            "in: wanted 0 to 2147483647, got 2147483648",
            bad({ in: 0x80000000 })
        )
        const nine = "a b c d e f g h i".split(" ")
        for (const list of ["requires", "after", "args"]) {
            const options: any = {}
            options[list] = nine
            expectError(`${list}: wanted at most 8 items`, bad(options))
        }
        expectError('no option "grce"', () => {
            new Bench({ defaults: { grce: 1 } as any })
        })
        same(tasks.names().length, 0, "nothing was added")
    })

    test("T19 the name of a child with those of its parents", async () => {
        const bench = await emptyBench()
        const { tasks } = bench
        const name = "a-name-of-20-letters"
        const nest = async (task: Task) => {
            task.child(name, nest)
            await task.sleep(60_000)
        }
        tasks.add(name, nest)
        await until("a child", () => tasks.names().length === 2)
        await bench.become(`${name}.${name}`, "failed")
        const [, child] = tasks.status()
        same(child.name, `${name}.${name}`)
        same(child.error.message.includes("more than 48 characters"), true)
        same(tasks.names().length, 2)
    })

    test("T19 the number of tasks, with no harm to those there are", async () => {
        const bench = new Bench({ maxTasks: 3 })
        const { tasks } = bench
        for (let i = 0; i < 3; ++i) tasks.add("t", forever)
        expectError("one more than 3", () => tasks.add("t", forever))
        await bench.become("t@2", "running")
        await tasks.delete("t@1")
        tasks.add("t", forever)
        await bench.become("t@1", "running")
    })
})
