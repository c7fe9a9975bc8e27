import * as ds from "@devicescript/core"
import { ERROR } from "../log"
import {
    GuardReport,
    Ota,
    OTA_SETTINGS,
    otaConfig,
    OtaLink,
    startOta,
    updateBoard,
    Verifier,
} from "../ota"
import { deviceId } from "../platform"
import type { RemoteConfig } from "../remote"
import type { Settings, SYSLOG_SETTINGS } from "../settings"
import { clock, log, settingsFile, tasks } from "./core"
import { rsyslogger } from "./syslog"

/**
 * Takes settings files over the air, first on probation, by the task `ota`. Call it after `syslog`.
 *
 *     const guard = await guardStart(settingsFile)
 *     const settings = await startCore([SYSLOG_SETTINGS, REMOTE_SETTINGS, OTA_SETTINGS])
 *     syslog(settings)
 *     remote(settings, ota(settings, guard, verifyHmac))
 *
 * @param guard what `guardStart` has reported, before the settings were read
 * @param verify which signatures count: `verifyHmac` or `verifyLms`
 * @param links makes the ways for files and reports besides the bus: `pullUpdates` and others
 * @returns the second argument of `remote`, for `fiberctl ota push`
 */
export function ota(
    settings: Settings<typeof OTA_SETTINGS | typeof SYSLOG_SETTINGS>,
    guard: GuardReport,
    verify: Verifier,
    links?: (ota: Ota) => OtaLink[]
): RemoteConfig {
    const topic = log.logger("ota")
    const updates = startOta({
        clock,
        settings,
        file: settingsFile,
        verify,
        tasks,
        log: topic,
        device: deviceId(),
        guard,
        hasCollector: () =>
            rsyslogger.stats().connected &&
            settings.get("SYSLOG_LEVEL") >= ERROR &&
            topic.maxLevel() >= ERROR,
        restart: () => tasks.shutDown(ds.restart),
    })
    const body = updateBoard(updates, links && links(updates))
    tasks.add("ota", body, { core: true, restart: "on-failure" })
    return otaConfig(updates)
}
