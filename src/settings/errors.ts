import { namedError } from "../platform"

/** Name of the errors that the settings file throws. */
export const SETTINGS_ERROR = "SettingsError"

/** An error named `SETTINGS_ERROR`: what the settings file cannot do, and why. */
export function settingsError(problem: string): Error {
    return namedError(SETTINGS_ERROR, `settings file: ${problem}`)
}
