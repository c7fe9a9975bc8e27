// A firmware whose clock is set by a web server.
import { consoleLog, network, startCore, webClock } from "../../../src/firmware"
import { TIME_SETTINGS } from "../../../src/settings"

const settings = await startCore([TIME_SETTINGS])
consoleLog()
network()
webClock(settings)
