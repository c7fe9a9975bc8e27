// The reference firmware: all parts, each started by one call, and a demo task. `firmware` starts
// the same parts but the demo; it takes more code, since it accepts settings of a program's own.
import { startBoard } from "../boards"
import {
    busClock,
    consoleLog,
    demo,
    flash,
    flashLog,
    heartbeat,
    lateSyslog,
    log,
    network,
    ramLog,
    remote,
    startCore,
    startDone,
    syslog,
    tasks,
} from "./firmware"
import {
    DEMO_SETTINGS,
    FILE_SETTINGS,
    FirmwareTable,
    HEARTBEAT_SETTINGS,
    REMOTE_SETTINGS,
    SYSLOG_SETTINGS,
} from "./settings"

export { flash, log, tasks }
export const settings = await startCore<FirmwareTable>([
    FILE_SETTINGS,
    HEARTBEAT_SETTINGS,
    SYSLOG_SETTINGS,
    REMOTE_SETTINGS,
    DEMO_SETTINGS,
])

// where log lines go
consoleLog()
ramLog()
flashLog(settings)
heartbeat(settings, startBoard())
syslog(settings)

// time and network
busClock()
network()
lateSyslog()

remote(settings)
await startDone()
demo(settings)
