// The firmware of a board without a network: tasks, console, lines in RAM and flash, heartbeat.
import { startBoard } from "../../boards"
import {
    consoleLog,
    flashLog,
    heartbeat,
    ramLog,
    startCore,
} from "../../src/firmware"
import { FILE_SETTINGS, HEARTBEAT_SETTINGS } from "../../src/settings"

type Table = typeof FILE_SETTINGS | typeof HEARTBEAT_SETTINGS

const settings = await startCore<Table>([FILE_SETTINGS, HEARTBEAT_SETTINGS])
consoleLog()
ramLog()
flashLog(settings)
heartbeat(settings, startBoard())
