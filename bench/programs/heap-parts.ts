// What parts of the firmware leave on a board with 40 KB of heap: tasks, syslog, and the files of
// settings and of the log, without heartbeat and remote control.
import * as ds from "@devicescript/core"
import "./ballast"
import {
    busClock,
    flashLog,
    lateSyslog,
    network,
    startCore,
    syslog,
    tasks,
} from "../../src/firmware"
import { FILE_SETTINGS, SYSLOG_SETTINGS } from "../../src/settings"
import { takeHeap } from "./probe"

/** Time for devices to be found and for fibers to come to rest, in ms. */
const SETTLE_MS = 3000

const settings = await startCore([FILE_SETTINGS, SYSLOG_SETTINGS])
syslog(settings)
flashLog(settings)
busClock()
network()
lateSyslog()
for (let i = tasks.names().length; i < 5; ++i)
    tasks.add(`idle${i}`, async task => {
        while (true) await task.sleep(3600000)
    })
await ds.sleep(SETTLE_MS)
takeHeap()
