// A program whose table of settings has a kind that does not exist.
import { SettingsFlash } from "../../../src/platform"
import { loadSettings, settingKeys } from "../../../src/settings"

const OWN = `# settings
HOSTNAME: texts 0 63 = | name of the board`
const settings = await loadSettings(new SettingsFlash(), [OWN])
console.log(settingKeys(settings).length)
