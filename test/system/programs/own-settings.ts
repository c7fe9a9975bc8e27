// A program with its own settings, one line each, beside those of the firmware.
import { SettingsFlash } from "../../../src/platform"
import { firmwareSettings, loadSettings } from "../../../src/settings"

const OWN = `# settings
PUMP_EVERY: duration 1s 1d = 5m | how often the pump runs
PUMP_MODE: one-of off|slow|fast restart = slow | how it runs
API_TOKEN: secret 8 64 = | for the weather service
`
const settings = await loadSettings(new SettingsFlash(), [
    ...firmwareSettings(),
    OWN,
])
const mode: "off" | "slow" | "fast" = settings.get("PUMP_MODE")
console.log(`every ${settings.get("PUMP_EVERY")} ms, ${mode}`)
settings.problems().forEach(({ message }) => console.log(message))
