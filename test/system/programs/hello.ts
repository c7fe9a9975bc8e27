// Says what it finds in its settings, drives LED and buzzer, and sends a line to the collector.
import * as ds from "@devicescript/core"
import { connect } from "@devicescript/net"
import { readSetting, writeSetting } from "@devicescript/settings"

const boots = (await readSetting("boots", 0)) + 1
await writeSetting("boots", boots)
console.log(`boot ${boots}`)
console.log(`GREETING=${await readSetting("GREETING", "none")}`)
console.log(`DEMO=${await readSetting("DEMO", "none")}`)

const led = new ds.LightBulb()
const buzzer = new ds.Buzzer()
await led.intensity.write(1)
await buzzer.playNote(440, 0.5, 50)
await led.intensity.write(0)

const host = await readSetting("SYSLOG_HOST", "")
if (host) {
    const port = parseInt(await readSetting("SYSLOG_PORT", "0"))
    const socket = await connect({ proto: "tcp", host, port })
    const message = `<14>1 - - hello - - - boot ${boots}`
    await socket.send(`${message.length} ${message}`)
}
console.log("ready")
