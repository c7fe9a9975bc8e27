// The reference firmware: all parts, as `firmware` lists them, and a task to watch.
import { startBoard } from "../boards"
import { demo, firmware, flash, log, tasks } from "./firmware"
import { DEMO_SETTINGS } from "./settings"

export { flash, log, tasks }
export const settings = await firmware(startBoard, [DEMO_SETTINGS])
demo(settings)
