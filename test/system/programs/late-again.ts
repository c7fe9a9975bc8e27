// A board whose flash does not answer when the task `late` reads it for the first time. It logs one error.
import {
    consoleLog,
    file,
    flash,
    flashLog,
    lateSyslog,
    startCore,
    startDone,
    syslog,
    tasks,
} from "../../../src/firmware"
import { CURSOR_SLOT } from "../../../src/platform"
import { FILE_SETTINGS, SYSLOG_SETTINGS } from "../../../src/settings"

const settings = await startCore([FILE_SETTINGS, SYSLOG_SETTINGS])
consoleLog()
flashLog(settings)
syslog(settings)
const read = flash.read
let failures = 1
flash.read = async key => {
    if (key === CURSOR_SLOT && failures-- > 0) throw new Error("no answer")
    return await read(key)
}
lateSyslog()
await startDone()
tasks.add("sensor", async task => {
    task.log.error("the cable is loose")
    await file.flush()
    console.log("kept")
})
