import { FlashSlots, MAX_KEY_BYTES } from "../platform"
import { CheckedSettings, checkSettings, checkText } from "./check"
import { readInTurn, SettingsFile } from "./file"
import { addProblem } from "./problem"
import { findRule, schemaKeys, SchemaTable } from "./schema"
import { putInForce, Settings } from "./settings"

// Where settings come from: from the build, which put them in flash, and from the settings file,
// which overrides them. A program that does not open the file does not have its code in the image.

/**
 * Loads the settings of a schema as the build put them in flash: one read of about 15 ms for each
 * key. Never throws: a setting that cannot be read has its default and is among the problems.
 * @param tables the schema: one table or several
 */
export async function loadSettings<T extends SchemaTable>(
    flash: FlashSlots,
    tables: T[]
): Promise<Settings<T>> {
    const settings = new Settings<T>(tables)
    const held = settings.held()
    const { build, unread } = held
    for (const key of schemaKeys(tables)) {
        // the build cannot put a longer key in flash
        if (key.length > MAX_KEY_BYTES) continue
        try {
            const slot = await flash.read(key)
            const text = slot ? decode(slot.toString()) : ""
            // a text in flash that equals the default is not kept, to save heap
            if (text !== "" && text !== findRule(tables, key).fallback)
                build[key] = text
        } catch (e: any) {
            addProblem(unread, key, undefined, "" + e.message)
        }
    }
    await putInForce(held, await checkSettings(build, {}, unread.slice(), held))
    held.started = held.inForce
    return settings
}

/**
 * The text of a setting from its slot, which holds JSON: a string, or a number, boolean or object,
 * whose JSON is the text.
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

/**
 * Has the settings file override the build's settings, and lets `changeSettings` change it. Never
 * throws: a file that cannot be read is among the problems, and the build's settings stay in force.
 */
export async function openSettingsFile<T extends SchemaTable>(
    settings: Settings<T>,
    file: SettingsFile
): Promise<void> {
    const held = settings.held()
    held.file = file
    await reloadSettings(settings)
    held.started = held.inForce
}

/**
 * Reads the settings file again and puts it in force, as after a roll-back. Never throws.
 * @returns the keys whose texts have changed
 */
export async function reloadSettings<T extends SchemaTable>(
    settings: Settings<T>
): Promise<string[]> {
    const held = settings.held()
    const { file } = held
    const problems = held.unread.slice()
    let text = ""
    try {
        const stored = await readInTurn(file)
        if (stored) text = stored.text
        if (file.damage) addProblem(problems, "", undefined, file.damage)
    } catch (e: any) {
        addProblem(problems, "", undefined, "" + e.message)
    }
    return await putInForce(held, await checkText(text, problems, held))
}

/** Checks the text of a settings file together with the build's settings; changes nothing. */
export async function checkFile<T extends SchemaTable>(
    settings: Settings<T>,
    text: string
): Promise<CheckedSettings> {
    const held = settings.held()
    return await checkText(text, held.unread, held)
}
