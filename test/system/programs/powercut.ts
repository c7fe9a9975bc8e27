// Logs numbered lines to the flash log, going on after the last one that is stored, and says
// on the console which are flushed. The host cuts the power meanwhile.
import { LogSystem } from "../../../src/log"
import { FileRotationHandler } from "../../../src/flashlog"
import { SettingsFlash, SystemClock } from "../../../src/platform"
import {
    POWERCUT_LINES,
    POWERCUT_MAX_SIZE,
    powercutLine,
} from "../../vectors/powercut-lines"

const clock = new SystemClock()
const log = new LogSystem(clock, "debug")
const file = new FileRotationHandler("error.log", POWERCUT_MAX_SIZE, {
    flash: new SettingsFlash(),
    clock,
})
log.addHandler("file", file, {
    level: 7,
    burst: null,
    formatter: { format: record => record.message },
})
const logger = log.logger("cut")

const [last] = await file.files.tail(1)
// a line reads: TIME [LEVEL] cut NUMBER ...
const first = last ? parseInt(last.split(" ")[3]) + 1 : 0
console.log(`start ${first}`)
for (let i = first; i < first + POWERCUT_LINES; ++i) {
    if (i % 4 === 3) logger.error("{0}", powercutLine(i))
    else logger.info("{0}", powercutLine(i))
    if (i % 4 !== 3) continue
    if (await file.flush()) console.log(`flushed ${i}`)
}
const { bytes, writes, programmed } = file.stats()
console.log(`done ${bytes} ${writes} ${programmed}`)
