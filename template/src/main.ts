import { firmware, followSettings, tasks } from "fiberd"
import { startBoard } from "../boards"
import { measure } from "./measure"

const SETTINGS = `# settings
MEASURE_EVERY: duration 100ms 1d = 2s | time between two measurements`

const settings = await firmware(startBoard, [SETTINGS])
tasks.add("measure", measure, { autostart: false })
followSettings(settings, "every=MEASURE_EVERY", plan =>
    tasks.schedule("measure", plan)
)
