import { Exclusive } from "../platform"
import { CheckedSettings, checkSettings, Written } from "./check"
import { settingContext } from "./context"
import { FileEntries, readEntries } from "./entries"
import { SettingsFile } from "./file"
import { SettingProblem } from "./problem"
import { SchemaTable } from "./schema"
import { Held, putInForce, SettingChange, Settings } from "./settings"

// The settings file on top of the build's settings. A program that does not open one does not
// carry its code.

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
    held.turns = new Exclusive("the settings")
    await reloadSettings(settings)
}

/** Reads the settings file again and puts it in force, as after a roll-back. Never throws. */
export async function reloadSettings<T extends SchemaTable>(
    settings: Settings<T>
): Promise<SettingChange> {
    const held = settings.held()
    const problems: SettingProblem[] = []
    const report = (message: string) =>
        problems.push({ key: "", line: undefined, message })
    let text = ""
    try {
        const stored = await held.file.read()
        if (stored) text = stored.text
    } catch (e: any) {
        report("" + e.message)
    }
    for (const message of held.file.problems()) report(message)
    return putInForce(held, await checkText(held, text, problems))
}

/** Checks the text of a settings file, on top of the build's settings, and changes nothing. */
export async function checkFile<T extends SchemaTable>(
    settings: Settings<T>,
    text: string
): Promise<CheckedSettings> {
    return await checkText(settings.held(), text, [])
}

/** @param problems what is wrong with the file already */
export async function checkText(
    held: Held,
    text: string,
    problems: SettingProblem[]
): Promise<CheckedSettings> {
    const context = settingContext(held.tables)
    let file: FileEntries
    try {
        file = await readEntries(text, context.pause)
    } catch (e: any) {
        // a text too long to be read
        const problem = { key: "", line: 1, message: "" + e.message }
        file = { entries: {}, problems: [problem] }
    }
    const written: Record<string, Written> = {}
    Object.assign(written, held.build)
    Object.assign(written, file.entries)
    const all: SettingProblem[] = []
    for (const list of [held.unread, problems, file.problems])
        for (const problem of list) all.push(problem)
    return await checkSettings(written, all, context)
}
