import { SettingsFlash, SystemClock, logSlot } from "./platform"
import { ERROR, levelName } from "./log/levels"
const flash = new SettingsFlash()
const clock = new SystemClock()
await flash.write(logSlot(3), Buffer.from("hello"))
console.log(
    (await flash.read(logSlot(3))).toString(),
    clock.millis(),
    levelName(ERROR),
    await flash.read("nokey")
)
