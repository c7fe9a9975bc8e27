// A handler of one's own: counts errors, and shows them with the LED. It must not wait, and a
// handler that throws is taken out and reported.
import * as ds from "@devicescript/core"
import {
    consoleLog,
    ERROR,
    Handler,
    log,
    LogRecord,
    startCore,
    tasks,
} from "../src"
import { startBoard } from "../boards"

class ErrorLamp implements Handler {
    errors = 0

    constructor(private readonly lamp: ds.LightBulb) {}

    emit(record: LogRecord): void {
        this.errors++
        // in a fiber, as a write waits
        light.start(this.lamp)
    }
}

async function light(lamp: ds.LightBulb): Promise<void> {
    await lamp.intensity.write(1)
}

await startCore([])
consoleLog()
const lamp = new ErrorLamp(startBoard().led)
log.addHandler("lamp", lamp, { level: ERROR, formatter: null })

tasks.add(
    "boiler",
    task => {
        if (task.runs % 3 === 0) task.log.error("too hot")
        task.log.info("{0} errors so far", lamp.errors)
    },
    { every: 200 }
)
