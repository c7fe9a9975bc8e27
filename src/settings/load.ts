import { FlashSlots, MAX_KEY_BYTES } from "../platform"
import { CheckedSettings, checkSettings, checkText } from "./check"
import { readFile, SettingsFile } from "./file"
import { addProblem } from "./problem"
import { findRule, schemaKeys, SchemaTable } from "./schema"
import { putInForce, Settings } from "./settings"

// Where settings come from: what the build put in flash, and on top of it the settings file. A
// program that does not open one does not carry its code.

/**
 * The settings of a schema as the build put them in flash: one read of about 15 ms for each key.
 * Never throws: what cannot be read is a problem, and the default holds.
 */
export async function loadSettings<T extends SchemaTable>(
    flash: FlashSlots,
    tables: T[]
): Promise<Settings<T>> {
    const settings = new Settings<T>(tables)
    const held = settings.held()
    const { build, unread } = held
    for (const key of schemaKeys(tables)) {
        // the build cannot put a longer key on a board
        if (key.length > MAX_KEY_BYTES) continue
        try {
            const slot = await flash.read(key)
            const text = slot ? decode(slot.toString()) : ""
            // the build's defaults are in flash as well: they would take heap
            if (text !== "" && text !== findRule(tables, key).fallback)
                build[key] = { text, line: undefined }
        } catch (e: any) {
            addProblem(unread, key, undefined, "" + e.message)
        }
    }
    await putInForce(held, await checkSettings(build, unread.slice(), held))
    held.started = held.texts
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

/**
 * Puts the settings file on top of the build's settings, and lets `changeSettings` change it.
 * Never throws: when the file cannot be read, that is a problem, and the build's settings hold.
 */
export async function openSettingsFile<T extends SchemaTable>(
    settings: Settings<T>,
    file: SettingsFile
): Promise<void> {
    const held = settings.held()
    held.file = file
    await reloadSettings(settings)
    held.started = held.texts
}

/**
 * Reads the settings file again and puts it in force, as after a roll-back. Never throws.
 * @returns the keys whose texts are others now
 */
export async function reloadSettings<T extends SchemaTable>(
    settings: Settings<T>
): Promise<string[]> {
    const held = settings.held()
    const { file } = held
    const problems = held.unread.slice()
    let text = ""
    try {
        const stored = await file.turns.run(async () => await readFile(file))
        if (stored) text = stored.text
        if (file.damage) addProblem(problems, "", undefined, file.damage)
    } catch (e: any) {
        addProblem(problems, "", undefined, "" + e.message)
    }
    return await putInForce(held, await checkText(text, problems, held))
}

/** Checks the text of a settings file, on top of the build's settings, and changes nothing. */
export async function checkFile<T extends SchemaTable>(
    settings: Settings<T>,
    text: string
): Promise<CheckedSettings> {
    const held = settings.held()
    return await checkText(text, held.unread, held)
}
