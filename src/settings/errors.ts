import { namedError } from "../platform"

/** Name of the errors about the settings file. */
export const SETTINGS_ERROR = "SettingsError"

/** An error named `SETTINGS_ERROR`: what is wrong with the settings file or a change of it. */
export function settingsError(problem: string): Error {
    return namedError(SETTINGS_ERROR, `settings file: ${problem}`)
}
