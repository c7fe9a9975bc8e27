import { Exclusive } from "../platform"
import { CheckedSettings, isSecretKey } from "./check"
import { FileState } from "./commit"
import { settingContext } from "./context"
import { DotenvReader } from "./dotenv"
import { settingsError } from "./errors"
import { SettingsFile } from "./file"
import { checkText } from "./layer"
import { SchemaTable } from "./schema"
import { Held, putInForce, SettingChange, Settings } from "./settings"
import { MASK } from "./values"
import { editDotenv, SettingChanges } from "./writer"

// Changes of the settings file: checked as a whole, written as a whole, put in force as a whole.
// They come one after another; what refuses one leaves flash and values as they are.

const NO_FILE = "this program keeps none"

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
        const { pause } = settingContext(held.tables)
        const text = await editDotenv(await fileText(held), changes, pause)
        const checked = await checkText(held, text, [])
        refuseNewProblems(held, checked, Object.keys(changes))
        return await keep(held, text, checked, {})
    })
}

/**
 * Replaces the settings file and puts it in force. A secret that stands there as `***` keeps the
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
        const checked = await checkText(held, whole, [])
        if (checked.problems.length)
            throw settingsError(messageOf(checked.problems.map(p => p.message)))
        return await keep(held, whole, checked, state)
    })
}

/** The text of the settings file with `***` in place of each secret; empty without a file. */
export async function maskedFile<T extends SchemaTable>(
    settings: Settings<T>
): Promise<string> {
    const held = settings.held()
    const { pause } = settingContext(held.tables)
    const text = await fileText(held)
    const masks: SettingChanges = {}
    await eachValue(text, pause, (key, value) => {
        const found = held.texts[key]
        const secret = (found && found.secret) || isSecretKey(key, held.tables)
        if (secret && value !== "") masks[key] = MASK
    })
    return await editDotenv(text, masks, pause)
}

/** A text with the secrets of the file in flash in place of `***`. */
async function unmask(held: Held, text: string): Promise<string> {
    const { pause } = settingContext(held.tables)
    const masked: string[] = []
    await eachValue(text, pause, (key, value) => {
        if (value === MASK) masked.push(key)
    })
    if (!masked.length) return text
    const changes: SettingChanges = {}
    await eachValue(await fileText(held), pause, (key, value) => {
        if (masked.indexOf(key) >= 0) changes[key] = value
    })
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
    return putInForce(held, checked)
}

/** @throws SettingsError for a problem of a changed key, or one that was not there before */
function refuseNewProblems(
    held: Held,
    checked: CheckedSettings,
    changed: string[]
): void {
    const known = held.problems.map(problem => problem.key)
    const fresh = checked.problems.filter(
        ({ key }) => changed.indexOf(key) >= 0 || known.indexOf(key) < 0
    )
    if (fresh.length)
        throw settingsError(messageOf(fresh.map(problem => problem.message)))
}

function messageOf(messages: string[]): string {
    const more = messages.length - 1
    return messages[0] + (more > 0 ? `; and ${more} more` : "")
}

async function fileText(held: Held): Promise<string> {
    const stored = await fileOf(held).read()
    return stored ? stored.text : ""
}

function fileOf({ file }: Held): SettingsFile {
    if (!file) throw settingsError(NO_FILE)
    return file
}

function turnsOf({ turns }: Held): Exclusive {
    if (!turns) throw settingsError(NO_FILE)
    return turns
}

async function eachValue(
    text: string,
    pause: () => Promise<void>,
    use: (key: string, value: string) => void
): Promise<void> {
    const reader = new DotenvReader(text)
    while (!reader.done()) {
        const entry = reader.next()
        if (entry) use(entry.key, entry.value)
        await pause()
    }
}
