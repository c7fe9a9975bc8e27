// Says what a scenario does to the board.
import * as ds from "@devicescript/core"
import { readSetting } from "@devicescript/settings"
import { followRealTimeClock } from "../../../src/net"
import { SystemClock } from "../../../src/platform"

console.log("first line")
const clock = new SystemClock()
followRealTimeClock(clock)
clock.onSet(() => {
    const hours = Math.floor(clock.wall() / 3600000)
    console.log(`day ${Math.floor(hours / 24)}`)
    console.log(`hour ${hours}`)
})
const button = new ds.Button("button")
button.down.subscribe(() => console.log("button down"))
button.up.subscribe(() => console.log("button up"))
const name = await readSetting("SCENE_NAME", "nobody")
console.log(`hello ${name}`)
const beat = async () => {
    for (let i = 1; ; ++i) {
        await ds.sleep(200)
        console.log(`beat ${i}`)
    }
}
beat.start()
