import { Exclusive } from "../platform"
import { CheckedSettings, isSecretKey } from "./check"
import { FileState } from "./commit"
import { settingsError } from "./errors"
import { SettingsFile } from "./file"
import { checkFile } from "./load"
import { SettingProblem } from "./problem"
import { SchemaTable } from "./schema"
import { hasPassword } from "./secrets"
import { Held, putInForce, SettingChange, Settings } from "./settings"
import { MASK } from "./values"
import { editDotenv, readDotenv, SettingChanges } from "./writer"

// Changes of the settings file: checked as a whole, written as a whole, put in force as a whole.
// They come one after another; what refuses one leaves flash and values as they are.

/**
 * Changes settings in the settings file, all or none, and puts them in force.
 * @param changes new texts by key; undefined removes a key
 * @throws SettingsError when a key or a text is refused, when the file gets too long, or when
 * the flash does not keep it; FlashError when it does not answer
 */
export async function changeSettings<T extends SchemaTable>(
    settings: Settings<T>,
    changes: SettingChanges
): Promise<SettingChange> {
    const held = settings.held()
    return await turnsOf(held).run(async () => {
        const text = await editDotenv(await fileText(held), changes, held.pause)
        const checked = await checkFile(settings, text)
        const changed = Object.keys(changes)
        const known = held.problems.map(problem => problem.key)
        refuse(
            checked.problems.filter(
                ({ key }) => changed.indexOf(key) >= 0 || known.indexOf(key) < 0
            )
        )
        return await keep(held, text, checked, {})
    })
}

/**
 * Replaces the settings file and puts it in force. A secret that is `***` there keeps the
 * text that it has in the file, so that a file from `maskedFile` can be edited.
 * @param state what is kept beside the text
 * @throws SettingsError when something of the text is refused, and as `changeSettings`
 */
export async function replaceSettings<T extends SchemaTable>(
    settings: Settings<T>,
    text: string,
    state: Partial<FileState> = {}
): Promise<SettingChange> {
    const held = settings.held()
    return await turnsOf(held).run(async () => {
        const whole = await unmask(held, text)
        const checked = await checkFile(settings, whole)
        refuse(checked.problems)
        return await keep(held, whole, checked, state)
    })
}

/** The text of the settings file with `***` in place of each secret; empty without a file. */
export async function maskedFile<T extends SchemaTable>(
    settings: Settings<T>
): Promise<string> {
    const held = settings.held()
    const { pause } = held
    const text = await fileText(held)
    const masks: SettingChanges = {}
    for (const entry of await readDotenv(text, pause)) {
        const { key, value } = entry
        const found = held.texts[key]
        const secret = (found && found.secret) || isSecretKey(key, held)
        if ((secret && value !== "") || hasPassword(value)) masks[key] = MASK
    }
    return await editDotenv(text, masks, pause)
}

/** A text with the secrets of the file in flash in place of `***`. */
async function unmask(held: Held, text: string): Promise<string> {
    const { pause } = held
    const entries = await readDotenv(text, pause)
    const masked = entries.filter(entry => entry.value === MASK)
    if (!masked.length) return text
    const keys = masked.map(entry => entry.key)
    const changes: SettingChanges = {}
    for (const entry of await readDotenv(await fileText(held), pause))
        if (keys.indexOf(entry.key) >= 0) changes[entry.key] = entry.value
    return await editDotenv(text, changes, pause)
}

/** Writes a checked text and puts it in force. */
async function keep(
    held: Held,
    text: string,
    checked: CheckedSettings,
    state: Partial<FileState>
): Promise<SettingChange> {
    await fileOf(held).replace(text, state)
    return await putInForce(held, checked)
}

/** @throws SettingsError when there are problems */
function refuse(problems: SettingProblem[]): void {
    const more = problems.length - 1
    if (more < 0) return
    const { message } = problems[0]
    throw settingsError(message + (more > 0 ? `; and ${more} more` : ""))
}

async function fileText(held: Held): Promise<string> {
    const stored = await fileOf(held).read()
    return stored ? stored.text : ""
}

function fileOf({ file }: Held): SettingsFile {
    if (!file) throw settingsError("this program keeps none")
    return file
}

function turnsOf(held: Held): Exclusive {
    fileOf(held)
    if (!held.turns) held.turns = new Exclusive("the settings")
    return held.turns
}
