import { OTA_SETTINGS } from "../../src/ota/settings.ts"
import { firmwareSettings, TIME_SETTINGS } from "../../src/settings/firmware.ts"
import { findRule } from "../../src/settings/schema.ts"

/** Settings that any program may have, as it is made of parts: those of all parts. */
export const PART_TABLES: readonly string[] = [
    ...firmwareSettings(),
    TIME_SETTINGS,
    OTA_SETTINGS,
]

/** Whether a key is a setting of a part that the program with these tables does not have. */
export function isOfOtherPart(key: string, tables: readonly string[]): boolean {
    return !findRule(tables, key) && findRule(PART_TABLES, key) !== undefined
}
