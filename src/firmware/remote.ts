import { RemoteConfig, startRemote } from "../remote"
import {
    changeSettings,
    REMOTE_SETTINGS,
    settingInfo,
    settingKeys,
    Settings,
} from "../settings"
import { clock, core, flash, hostname, log, tasks } from "./core"
import { file, ring } from "./logs"

/**
 * Serves fiberctl, as far as `REMOTE` allows. Call it last: it serves the parts that were started
 * before it.
 * @param config updates over the air: what `ota` returns
 */
export function remote(
    settings: Settings<typeof REMOTE_SETTINGS>,
    config?: RemoteConfig
): void {
    const access = settings.get("REMOTE")
    if (access === "off") return
    startRemote(
        {
            clock,
            tasks,
            log,
            ring,
            file,
            flash,
            config,
            hostname,
            settings: {
                keys: () => settingKeys(core),
                info: key => settingInfo(core, key),
                change: async changes => {
                    await changeSettings(core, changes)
                },
            },
        },
        access === "read"
    )
}
