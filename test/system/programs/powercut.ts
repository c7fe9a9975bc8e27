// Logs numbered lines to one or more flash logs, going on after the last ones that are stored, and
// says on the console which are flushed. The host cuts the power meanwhile.
import { LogSystem } from "../../../src/log"
import { FileRotationHandler } from "../../../src/flashlog"
import { SettingsFlash, SystemClock } from "../../../src/platform"
import {
    POWERCUT_LINES,
    POWERCUT_MAX_SIZE,
    POWERCUT_NAMES,
    powercutLine,
} from "../../vectors/powercut-lines"

const clock = new SystemClock()
const flash = new SettingsFlash()
const log = new LogSystem(clock, "debug")
const count = parseInt(JSON.parse((await flash.read("CUT_LOGS")).toString()))
const files = POWERCUT_NAMES.slice(0, count).map(name => {
    const file = new FileRotationHandler(name, POWERCUT_MAX_SIZE, {
        flash,
        clock,
    })
    log.addHandler(name, file, {
        level: 7,
        burst: null,
        loggers: [name.slice(0, 5)],
        formatter: { format: record => record.message },
    })
    return file
})

/** Number of the next line of a log, of which a line reads: TIME [LEVEL] NAME NUMBER ... */
async function nextOf(file: FileRotationHandler): Promise<number> {
    const [last] = await file.files.tail(1)
    return last ? parseInt(last.split(" ")[3]) + 1 : 0
}

const next: number[] = []
for (const file of files) next.push(await nextOf(file))
console.log(`start ${next.join(" ")}`)
for (let round = 0; round < POWERCUT_LINES; ++round)
    for (let k = 0; k < count; ++k) {
        const i = next[k]++
        const name = POWERCUT_NAMES[k]
        const logger = log.logger(name.slice(0, 5))
        if (i % 4 === 3) logger.error("{0}", powercutLine(name, i))
        else logger.info("{0}", powercutLine(name, i))
        if (i % 4 !== 3) continue
        if (await files[k].flush()) console.log(`flushed ${k} ${i}`)
    }
for (const file of files)
    if (file.problems().length) console.log(file.problems().join("; "))
console.log("done")
