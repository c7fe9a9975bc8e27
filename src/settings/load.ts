import { FlashSlots, MAX_KEY_BYTES } from "../platform"
import { checkSettings } from "./check"
import { settingContext } from "./context"
import { settingProblem } from "./problem"
import { findRule, schemaKeys, SchemaTable } from "./schema"
import { putInForce, Settings } from "./settings"

/**
 * The settings of a schema as the build put them in flash: one read of about 15 ms for each key.
 * `openSettingsFile` puts the settings file on top of them.
 * Never throws: what cannot be read is a problem, and the default stands.
 */
export async function loadSettings<T extends SchemaTable>(
    flash: FlashSlots,
    tables: T[]
): Promise<Settings<T>> {
    const settings = new Settings<T>(tables)
    const held = settings.held()
    for (const key of schemaKeys(tables)) {
        // the build cannot put a longer key on a board
        if (key.length > MAX_KEY_BYTES) continue
        try {
            const slot = await flash.read(key)
            const text = slot ? decode(slot.toString()) : ""
            // the build's defaults are in flash as well: they would take heap
            if (text !== "" && text !== findRule(tables, key).fallback)
                held.build[key] = { text, line: undefined }
        } catch (e: any) {
            held.unread.push(settingProblem(key, undefined, "" + e.message))
        }
    }
    const checked = await checkSettings(
        held.build,
        held.unread.slice(),
        settingContext(tables)
    )
    putInForce(held, checked)
    return settings
}

/**
 * The text of a slot of the build: the JSON of a string, or of a number, boolean or object, which
 * keep the form they are written in.
 * @throws Error when it is not JSON
 */
function decode(json: string): string {
    let value: unknown
    try {
        value = JSON.parse(json)
    } catch (e: any) {
        throw new Error("what is in flash is not JSON")
    }
    return typeof value === "string" ? value : json
}
