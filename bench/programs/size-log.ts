// An application that uses logging only: a console and the last lines in RAM.
import { ConsoleHandler, LogSystem, RingHandler } from "../../src/log"
import { SystemClock } from "../../src/platform"

const log = new LogSystem(new SystemClock())
log.addHandler("console", new ConsoleHandler())
log.addHandler("ring", new RingHandler(2048))
log.logger("sensor").info("{0} degrees", 21)
