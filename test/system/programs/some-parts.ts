// A firmware of some parts, with its own setting: log on the console and in flash.
import {
    consoleLog,
    flashLog,
    followHandler,
    startCore,
    tasks,
} from "../../../src/firmware"
import { FILE_SETTINGS } from "../../../src/settings"

const OWN = `# settings
CONSOLE_LEVEL: level = notice | what goes to the console`

const settings = await startCore([FILE_SETTINGS, OWN])
consoleLog()
followHandler(settings, "console", "level=CONSOLE_LEVEL")
flashLog(settings)
tasks.add("sensor", task => {
    task.log.notice("measured {0} degrees", 21)
    task.log.info("this is not for the console")
    task.log.error("the sensor is broken")
})
