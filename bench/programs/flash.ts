// Writes lines to the flash log and says what that cost: batched, or each at once as errors are.
import * as ds from "@devicescript/core"
import { INFO, LogSystem } from "../../src/log"
import { FileRotationHandler } from "../../src/log/handlers"
import { SettingsFlash, SystemClock } from "../../src/platform"

const clock = new SystemClock()
const flash = new SettingsFlash()
const log = new LogSystem(clock)
const file = new FileRotationHandler("error.log", 1800, { flash, clock })
log.addHandler("file", file, { level: INFO, burst: null })
const logger = log.logger("sensor")

async function number(key: string): Promise<number> {
    return parseInt(JSON.parse((await flash.read(key)).toString()))
}

const lines = await number("LINES")
const urgent = await number("URGENT")
await file.flush()
console.log("begin")
for (let i = 0; i < lines; ++i) {
    if (urgent) {
        logger.error("the sensor does not answer, attempt {0}", i)
        await file.flush()
    } else {
        logger.info("measured {0} degrees in round {1} of the day", 21, i)
        while (file.queue.length > 8) await ds.sleep(5)
    }
}
await file.flush()
const { bytes, writes, programmed } = file.stats()
console.log(`end ${bytes} ${writes} ${programmed}`)
