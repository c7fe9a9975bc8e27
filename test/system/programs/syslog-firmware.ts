// The reference firmware with another task that logs COUNT numbered lines, 100 a second. At
// the end it prints the account of syslog: `done {...}`.
import * as ds from "@devicescript/core"
import { flash, log, tasks } from "../../../src/main"

// by the firmware's own reader: the library's would not fit beside it
const count = parseInt(JSON.parse((await flash.read("COUNT")).toString()))
const PERIOD_MS = 10
/** Longest time for what is queued at the end, in steps of 50 ms. */
const DRAIN_STEPS = 400

const account = () => log.handlers().find(h => h.name === "syslog").account

tasks.add("load", async task => {
    await task.sleep(1000)
    const since = ds.millis()
    for (let n = 1; n <= count; ++n) {
        task.log.info("load {0} of a test, whole", n)
        await task.sleep(Math.max(1, since + n * PERIOD_MS - ds.millis()))
    }
    for (let i = 0; account().queued > 0 && i < DRAIN_STEPS; ++i)
        await task.sleep(50)
    console.log(`done ${JSON.stringify(account())}`)
})
