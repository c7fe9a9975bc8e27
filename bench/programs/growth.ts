// How costs grow: with the number of tasks, of handlers, of lines that are stored.
import * as ds from "@devicescript/core"
import { INFO, LogSystem, RingHandler } from "../../src/log"
import { FileRotationHandler } from "../../src/flashlog"
import { MemoryFlash } from "../../src/testing"
import { SystemClock } from "../../src/platform"
import { TaskRegistry } from "../../src/tasks"
import { measure, measuredName } from "./count"

type Loop = (rounds: number) => void

/** Small, so that many fit. */
const RING_BYTES = 256

const clock = new SystemClock()

/** A registry of `count` tasks, which have been started and are idle. */
async function registry(log: LogSystem, count: number): Promise<TaskRegistry> {
    const tasks = new TaskRegistry({ log, clock })
    for (let i = 0; i < count; ++i)
        tasks.add(`task${i}`, async task => await task.sleep(60000))
    await ds.sleep(300)
    return tasks
}

/** A log call beside `count` tasks. */
async function logBesideTasks(count: number): Promise<Loop> {
    const log = new LogSystem(clock)
    log.addHandler("ring", new RingHandler(RING_BYTES))
    await registry(log, count)
    return logLoop(log)
}

/** A log call that `count` handlers take. */
function logToHandlers(count: number): Loop {
    const log = new LogSystem(clock)
    for (let i = 0; i < count; ++i)
        log.addHandler(`ring${i}`, new RingHandler(RING_BYTES))
    return logLoop(log)
}

function logLoop(log: LogSystem): Loop {
    const logger = log.logger("growth")
    return rounds => {
        for (let i = 0; i < rounds; ++i)
            logger.info("measured {0} degrees, run {1}", 21, i)
    }
}

/** The status of all of `count` tasks. */
async function status(count: number): Promise<Loop> {
    const tasks = await registry(new LogSystem(clock), count)
    return rounds => {
        for (let i = 0; i < rounds; ++i) tasks.status()
    }
}

/** Reads a log of `count` lines, and prints a mark for each flash slot that is read. */
async function readFile(count: number): Promise<void> {
    const flash = new MemoryFlash()
    const log = new LogSystem(clock)
    const file = new FileRotationHandler("error.log", 1800, { flash, clock })
    log.addHandler("file", file, { level: INFO, burst: null })
    const logger = log.logger("growth")
    for (let i = 0; i < count; ++i) {
        logger.info("line {0} of a log", i)
        if (i % 8 === 7) await file.flush()
    }
    await file.flush()
    const before = flash.stats.reads
    const lines = await file.files.tail(count)
    for (let i = before; i < flash.stats.reads; ++i) console.log("#")
    console.log(`${lines.length} lines`)
    console.log("end")
}

const [what, size] = measuredName().split("-")
const count = parseInt(size)
if (what === "tasks") await measure(await logBesideTasks(count))
else if (what === "handlers") await measure(logToHandlers(count))
else if (what === "status") await measure(await status(count))
else if (what === "file") await readFile(count)
else throw new RangeError(`"${what}" cannot be measured`)
