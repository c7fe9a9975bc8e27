// Writes lines to the flash log and says what that cost: batched, or each at once as errors are.
import * as ds from "@devicescript/core"
import { accountOf, ERROR, INFO, LogSystem } from "../../src/log"
import { FileRotationHandler, lineText } from "../../src/flashlog"
import { SettingsFlash, SystemClock } from "../../src/platform"

const clock = new SystemClock()
const flash = new SettingsFlash()
const log = new LogSystem(clock)
const file = new FileRotationHandler("error.log", 1400, { flash, clock })
log.addHandler("file", file, { level: INFO, burst: null })
const logger = log.logger("sensor")

async function number(key: string): Promise<number> {
    return parseInt(JSON.parse((await flash.read(key)).toString()))
}

const lines = await number("LINES")
const urgent = await number("URGENT")
/** Bytes of the lines as a reader of the log sees them, with time and level. */
let asRead = 0
await file.flush()
console.log("begin")
for (let i = 0; i < lines; ++i) {
    const time = Math.floor(ds.millis() / 1000)
    const level = urgent > 0 ? ERROR : INFO
    const head = { text: "", level, time, wall: false, cursor: 0 }
    asRead += lineText(head).byteLength
    if (urgent > 0) {
        logger.error("the sensor does not answer, attempt {0}", i)
        await file.flush()
    } else {
        logger.info("measured {0} degrees in round {1} of the day", 21, i)
        while (file.queue.length > 8) await ds.sleep(5)
    }
}
await file.flush()
const { bytes, writes, programmed } = file.stats()
const { dropped } = accountOf(file.queue)
console.log(`end ${dropped} ${bytes} ${asRead + bytes} ${writes} ${programmed}`)
