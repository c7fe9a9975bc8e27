// A firmware whose clock is set by a web server.
import {
    clock,
    consoleLog,
    network,
    startCore,
    tasks,
    webClock,
} from "../../../src/firmware"
import { TIME_SETTINGS } from "../../../src/settings"

const settings = await startCore([TIME_SETTINGS])
consoleLog()
network()
webClock(settings)

// a new address asks again, a request that hangs ends with its task, and leaves a task alone that is off or gone
tasks.add("later", async task => {
    while (clock.wall() === undefined) await task.sleep(100)
    const page = settings.get("TIME_URL")
    settings.set("TIME_URL", page + "&bare")
    await task.sleep(500)
    const { runs } = tasks.status("clock")[0]
    settings.set("TIME_URL", "http://127.0.0.1:1/")
    await task.sleep(500)
    task.log.info("runs {0} {1}", runs, tasks.status("clock")[0].runs)
    settings.set("TIME_URL", page + "&hangs")
    await task.sleep(500)
    await tasks.disable("clock")
    settings.set("TIME_URL", "http://127.0.0.1:2/")
    await task.sleep(100)
    task.log.info("clock is {0}", tasks.get("clock").state)
    await tasks.delete("clock")
    settings.set("TIME_URL", "http://127.0.0.1:3/")
    await task.sleep(100)
    task.log.info("clock is gone")
})
