// Reads a thermometer that a scenario puts on the bus.
import { Temperature } from "@devicescript/core"
import { consoleLog, startCore, tasks } from "../../../src"

await startCore([])
consoleLog()
const thermometer = new Temperature("thermometer")
tasks.add(
    "climate",
    async task => {
        const degrees = await thermometer.reading.read()
        task.log.info("{0} degrees", degrees)
    },
    { every: 200 }
)
