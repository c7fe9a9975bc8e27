// Blink and log: a firmware in five lines, and a task that switches the board's LED.
import { consoleLog, startCore, tasks } from "../src"
import { startBoard } from "../boards"

await startCore([])
consoleLog()

const { led } = startBoard()
tasks.add(
    "blink",
    async task => {
        const isOn = task.runs % 2 === 1
        await led.intensity.write(isOn ? 1 : 0)
        task.log.info(isOn ? "on" : "off")
    },
    { every: 500 }
)
