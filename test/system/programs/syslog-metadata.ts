// The reference firmware with a task that logs the longest messages that SYSLOG_MAX allows: more
// metadata than fits beside a text. It prints `done {...}` at its end.
import { log, tasks } from "../../../src/main"

const PARAMETERS = 8
const LINES = 200

function filler(bytes: number): string {
    let text = ""
    while (text.length < bytes) text += "filler "
    return text
}

tasks.add("load", async task => {
    await task.sleep(1500)
    const meta: Record<string, string> = {}
    for (let i = 0; i < PARAMETERS; ++i) meta["k" + i] = filler(250)
    const message = filler(1000)
    const long = log.logger("long").with(meta)
    for (let n = 1; n <= LINES; ++n) {
        long.info("{0}", message)
        if (n % 10 === 0) task.log.error("error {0}", n)
        await task.sleep(20)
    }
    console.log(`done ${JSON.stringify({ received: LINES })}`)
})
