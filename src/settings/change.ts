import { ChangeContext, checkText, isNews, isSecretKey } from "./check"
import { FileState } from "./commit"
import { settingsError } from "./errors"
import { inTurn, readFile, replaceFile, SettingsFile } from "./file"
import { checkFile } from "./load"
import { MAX_CHANGED, SettingProblem } from "./problem"
import { KeyOf, SchemaTable } from "./schema"
import { hasPassword } from "./secrets"
import { Held, putInForce, Settings } from "./settings"
import { MASK } from "./values"
import { eachAssignment, editDotenv, SettingChanges } from "./writer"

// Changes of the settings file: each is checked, written and put in force as a whole, one after
// another. A change that is refused leaves flash and values as they are.

/** Begins the message about a change that is kept and in force, but that a part refuses. */
const KEPT = "kept, but "

/**
 * New texts for keys of a schema, and for those that begin with `_`. A key that the schema has no more
 * is removed by a `Record<string, string>`.
 */
export type ChangesOf<T extends SchemaTable> = {
    [K in KeyOf<T> | `_${string}`]?: string
}

/**
 * Changes settings in the settings file, all or none, and puts them in force.
 * @param changes new texts by key; undefined removes a key
 * @returns the keys whose texts have changed
 * @throws SettingsError when a key or a text is refused, when there are more than `MAX_CHANGED`, when
 * the file gets too long, when it is on probation, or when the flash does not keep it; RangeError for
 * a text that cannot be written, see `editDotenv`; FlashError when the flash does not answer; Error
 * when too many changes are queued. SettingsError also when a listener fails: the change is kept then
 */
export async function changeSettings<T extends SchemaTable>(
    settings: Settings<T>,
    changes: ChangesOf<T>
): Promise<string[]> {
    const held = settings.held()
    const file = fileOf(held)
    refuseMany(changes)
    return await inTurn(file, async () => {
        const text = await editDotenv(await textOf(file), changes, held.pause)
        const touched = Object.keys(changes)
        const context = Object.assign({ touched }, held)
        const checked = await checkText(text, held.unread, context)
        refuse(newsOf(checked.problems, context))
        await replaceFile(file, text)
        const changed = await putInForce(held, checked)
        touched.pushRange(changed)
        const [failure] = newsOf(held.problems, context)
        if (failure) throw settingsError(KEPT + failure.message)
        return changed
    })
}

/**
 * Replaces the settings file and puts it in force. A secret that is `***` in the new text keeps
 * the text that it has in the file, so that a file from `maskedFile` can be edited.
 * @param state changes of what is kept beside the text
 * @returns the keys whose texts have changed
 * @throws SettingsError when something in the text is refused, or more than `MAX_CHANGED` secrets are
 * `***`, and as `changeSettings`
 */
export async function replaceSettings<T extends SchemaTable>(
    settings: Settings<T>,
    text: string,
    state: Partial<FileState> = {}
): Promise<string[]> {
    const held = settings.held()
    const file = fileOf(held)
    return await inTurn(file, async () => {
        const whole = await unmask(held, await textOf(file), text)
        const checked = await checkFile(settings, whole)
        refuse(checked.problems)
        await replaceFile(file, whole, state)
        const changed = await putInForce(held, checked)
        if (held.problems.length)
            throw settingsError(KEPT + held.problems[0].message)
        return changed
    })
}

/** The text of the settings file with `***` in place of each secret; empty without a file. */
export async function maskedFile<T extends SchemaTable>(
    settings: Settings<T>
): Promise<string> {
    const held = settings.held()
    const { pause } = held
    const file = fileOf(held)
    const text = await inTurn(file, async () => await textOf(file))
    const masks: SettingChanges = {}
    await eachAssignment(text, pause, ({ key, value }) => {
        const secret = held.inForce.secrets[key] || isSecretKey(key, held)
        if ((secret && value !== "") || hasPassword(value)) masks[key] = MASK
    })
    return await editDotenv(text, masks, pause)
}

/** A text with the secrets of the old file in place of `***`. */
async function unmask(
    { pause }: Held,
    before: string,
    text: string
): Promise<string> {
    const changes: SettingChanges = {}
    await eachAssignment(text, pause, ({ key, value }) => {
        if (value !== MASK) return
        changes[key] = value
        refuseMany(changes)
    })
    await eachAssignment(before, pause, ({ key, value }) => {
        if (changes[key]) changes[key] = value
    })
    return await editDotenv(text, changes, pause)
}

/** The problems that are news to a change. */
function newsOf(
    problems: SettingProblem[],
    context: ChangeContext
): SettingProblem[] {
    return problems.filter(({ key }) => isNews(context, key))
}

/** @throws SettingsError when too many settings are to be changed */
function refuseMany(changes: SettingChanges): void {
    if (Object.keys(changes).length > MAX_CHANGED)
        throw settingsError(`more than ${MAX_CHANGED} settings in one change`)
}

/** @throws SettingsError when there are problems */
function refuse(problems: SettingProblem[]): void {
    const more = problems.length - 1
    if (more < 0) return
    const { message } = problems[0]
    throw settingsError(message + (more > 0 ? `; and ${more} more` : ""))
}

async function textOf(file: SettingsFile): Promise<string> {
    const stored = await readFile(file)
    return stored ? stored.text : ""
}

function fileOf({ file }: Held): SettingsFile {
    if (!file) throw settingsError("this program keeps none")
    return file
}
