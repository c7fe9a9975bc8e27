// Logs one line of each level to the console, then one after the console was switched off.
import {
    ConsoleHandler,
    EMERGENCY,
    levelName,
    LogSystem,
    NONE,
    TRACE,
} from "../../../src/log"
import { SystemClock } from "../../../src/platform"

const log = new LogSystem(new SystemClock(), "trace")
log.addHandler("console", new ConsoleHandler())
const logger = log.logger("test")
for (let level = EMERGENCY; level <= TRACE; ++level)
    logger.log(level, levelName(level))
log.configureHandler("console", { level: NONE })
logger.emergency("after the console was switched off")
console.log("ready")
