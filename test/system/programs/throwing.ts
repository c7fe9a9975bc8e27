// The whole firmware, and a program that a wrong setting ends as soon as the firmware has started.
import { startBoard } from "../../../boards"
import { firmware, tasks } from "../../../src/firmware"

const SETTINGS = `# settings
PIN: int 0 99 restart = 4 | where the sensor is`

const settings = await firmware(startBoard, [SETTINGS])
const pin = settings.get("PIN")
if (pin > 40) throw new Error("no such pin")
tasks.add("sensor", task => {
    task.log.info("measures at pin {0}", pin)
})
