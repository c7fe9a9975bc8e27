import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { FileRotationHandler } from "../../src/log/handlers/file"
import { ERROR, INFO, Level } from "../../src/log/levels"
import { LogRecord } from "../../src/log/record"
import { MemoryFlash, SystemClock } from "../../src/platform"

function record(level: Level): LogRecord {
    return {
        time: ds.millis(),
        wall: undefined,
        level,
        topic: "t",
        mark: undefined,
        message: "",
        meta: undefined,
    }
}

describe("flash log", () => {
    test("files", async () => {
        const flash = new MemoryFlash()
        const clock = new SystemClock()
        const log = new FileRotationHandler("error.log", 1000, { flash, clock })
        for (let i = 0; i < 60; ++i) {
            log.emit(
                record(INFO),
                `line ${i} of the first test, that has some length`
            )
            await ds.sleep(1)
        }
        expect(await log.flush()).toBe(true)
        const again = new FileRotationHandler("error.log", 1000, {
            flash,
            clock,
        })
        const [current, older] = await again.files.list()
        expect(current.name).toBe("error.log")
        expect(current.first.text.startsWith("line 41 ")).toBe(true)
        expect(current.last.text.startsWith("line 59 ")).toBe(true)
        expect(older.name).toBe("error.log.1")
        expect(older.first.text.startsWith("line 21 ")).toBe(true)
        expect(older.size).toBe(960)
        again.emit(record(ERROR), "one more after the reset")
        await ds.sleep(20)
        expect((await again.files.tail(1))[0]).toBe("one more after the reset")
        expect(again.problems().length).toBe(0)
    })
})
