import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { LogRecord, LogSystem, levelName } from "../../src/log"
import { SystemClock } from "../../src/platform"
import { TaskRegistry } from "../../src/tasks"

const clock = new SystemClock()
const log = new LogSystem(clock)
const lines: string[] = []
log.addHandler("lines", {
    emit: (record: LogRecord) => {
        lines.push(
            `${levelName(record.level)} ${record.topic} ${record.message}`
        )
    },
})

function fresh(): TaskRegistry {
    return new TaskRegistry({ log, clock })
}

describe("tasks", () => {
    test("a throwing task leaves others running", async () => {
        const tasks = fresh()
        let n = 0
        tasks.add("good", async task => {
            while (true) {
                n++
                await task.sleep(5)
            }
        })
        tasks.add("bad", async () => {
            throw new Error("boom")
        })
        tasks.add("bad", async () => {
            throw "text"
        })
        await ds.sleep(100)
        expect(tasks.get("bad").state).toBe("failed")
        expect(tasks.get("bad@1").error.message).toBe("text")
        expect(n > 5).toBe(true)
        await tasks.stop("good")
        expect(tasks.get("good").state).toBe("stopped")
        tasks.start("good")
        await ds.sleep(20)
        expect(tasks.get("good").state).toBe("running")
        console.log(tasks.text())
        await tasks.restart("*")
        await tasks.delete("*")
        expect(tasks.names().length).toBe(0)
    })
    test("restart", async () => {
        const tasks = fresh()
        const t = tasks.add(
            "x",
            async () => {
                throw new Error("again")
            },
            { restart: "on-failure", delay: 2, maxDelay: 8 }
        )
        await ds.sleep(300)
        expect(t.state).toBe("failed")
        expect(t.runs).toBe(6)
        for (const l of lines) console.log(l)
    })
})
