// The firmware of a board whose settings come from its build only: all parts but settings file and
// remote service.
import { startBoard } from "../../boards"
import {
    busClock,
    consoleLog,
    flashLog,
    heartbeat,
    lateSyslog,
    network,
    ramLog,
    startFixed,
    syslog,
} from "../../src/firmware"
import {
    FILE_SETTINGS,
    HEARTBEAT_SETTINGS,
    SYSLOG_SETTINGS,
} from "../../src/settings"

type Table =
    typeof FILE_SETTINGS | typeof HEARTBEAT_SETTINGS | typeof SYSLOG_SETTINGS

const settings = await startFixed<Table>([
    FILE_SETTINGS,
    HEARTBEAT_SETTINGS,
    SYSLOG_SETTINGS,
])
consoleLog()
ramLog()
flashLog(settings)
heartbeat(settings, startBoard())
syslog(settings)
busClock()
network()
lateSyslog()
