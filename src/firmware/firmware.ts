import {
    FILE_SETTINGS,
    FirmwareTable,
    HEARTBEAT_SETTINGS,
    REMOTE_SETTINGS,
    SchemaTable,
    Settings,
    SYSLOG_SETTINGS,
} from "../settings"
import { startCore, startDone } from "./core"
import { BoardDevices, heartbeat } from "./heartbeat"
import { consoleLog, flashLog, ramLog } from "./logs"
import { busClock, network } from "./network"
import { remote } from "./remote"
import { lateSyslog, syslog } from "./syslog"

/**
 * Starts the firmware with console, RAM log, flash log, heartbeat, syslog, clock of the bus, network
 * and remote service. A program that wants other parts calls `startCore` and those parts instead:
 * a part that is not called is not in the image.
 *
 *     const settings = await firmware(startBoard, [PUMP_SETTINGS])
 *     tasks.add("pump", pump, { every: settings.get("PUMP_EVERY") })
 *
 * In safe mode it returns after 20 s: what the program does next may be what ends it each time.
 *
 * @param startBoard starts the devices of the heartbeat: `startBoard` of a board file
 * @param own tables of the program's own settings, with a line for each setting
 * @returns the settings in force
 */
export async function firmware<T extends SchemaTable = never>(
    startBoard: () => BoardDevices,
    own: T[] = []
): Promise<Settings<T | FirmwareTable>> {
    const settings = await startCore<T | FirmwareTable>([
        FILE_SETTINGS,
        HEARTBEAT_SETTINGS,
        SYSLOG_SETTINGS,
        REMOTE_SETTINGS,
        ...own,
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
    return settings
}
