import { encodeSetting, isSettingKey, type Settings } from "../env/index.ts"
import { SETTING_PREFIX } from "./layout.ts"
import type { FlashStore } from "./store.ts"

/** Keys under which the VM's own Wi-Fi service keeps these settings, as plain text. */
const WIFI_KEYS: Record<string, string> = {
    WIFI_SSID: "wifi_ssid",
    WIFI_PWD: "wifi_psk",
}

/**
 * Brings the settings in a store to `settings`: what has changed is written, what is no longer
 * given is deleted, all else stays.
 * @param wifi whether the Wi-Fi network is written, too; a simulated board has no use for it
 * @throws FlashImageError when they do not fit
 */
export function applySettings(
    store: FlashStore,
    settings: Settings,
    wifi: boolean
): void {
    const wanted = Object.entries(settings).filter(
        ([key, value]) => value !== "" && !(key in WIFI_KEYS)
    )
    const keep = new Set(wanted.map(([key]) => SETTING_PREFIX + key))
    for (const key of store.keys()) {
        const isManaged =
            key.startsWith(SETTING_PREFIX) &&
            isSettingKey(key.slice(SETTING_PREFIX.length))
        if (isManaged && !keep.has(key)) store.delete(key)
    }
    for (const [key, value] of wanted)
        store.set(SETTING_PREFIX + key, encodeSetting(value))
    if (!wifi) return
    for (const [key, slot] of Object.entries(WIFI_KEYS))
        if (settings[key]) store.set(slot, Buffer.from(settings[key]))
}
