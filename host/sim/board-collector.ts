import type { Settings } from "../env/index.ts"
import type { Collector } from "./collector.ts"
import type { SimulatorOptions } from "./options.ts"

/** Whether the board logs to the embedded collector: not when its settings name another. */
function isUsed({ collector, settings }: SimulatorOptions): boolean {
    return collector !== false && !settings?.SYSLOG_HOST
}

/** Starts the embedded collector, if the board logs to it. */
export async function startCollector(
    collector: Collector,
    options: SimulatorOptions
): Promise<void> {
    if (isUsed(options)) await collector.start(options.collectorPort)
}

/** The board's settings, pointing it to the embedded collector unless they name another. */
export function settingsFor(
    collector: Collector,
    options: SimulatorOptions
): Settings {
    const { settings = {} } = options
    if (!isUsed(options)) return settings
    return {
        ...settings,
        SYSLOG_HOST: "127.0.0.1",
        SYSLOG_PORT: String(collector.port),
    }
}
