/** The settings of updates over the air, to be handed to `loadSettings` with those of the firmware. */
export const OTA_SETTINGS = `# settings
OTA_KEY: key 64 64 = | signs updates (HMAC) and opens sealed ones; without a key there are none
OTA_PUBKEY: text 0 80 = | LMS key that signs updates; with it nothing else does
OTA_URL: url = | signed file that is asked for
OTA_POLL: duration 5s 7d = 1h | time between two questions
OTA_REPORT: url = | takes reports of versions by POST
OTA_PROBATION: duration 10s 1h = 3m | how long a new version must hold`

type TextKey = "OTA_KEY" | "OTA_PUBKEY" | "OTA_URL" | "OTA_REPORT"
type TimeKey = "OTA_POLL" | "OTA_PROBATION"

/** Settings among which those of `OTA_SETTINGS` are. */
export interface OtaSettings {
    get(key: TextKey | TimeKey): string | number
}

/** A setting that is a text. */
export function textOf(settings: OtaSettings, key: TextKey): string {
    return settings.get(key) as string
}

/** A setting that is a time, in ms. */
export function msOf(settings: OtaSettings, key: TimeKey): number {
    return settings.get(key) as number
}
