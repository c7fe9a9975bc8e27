/** Name of the errors that the settings file throws. */
export const SETTINGS_ERROR = "SettingsError"

/** An error named `SETTINGS_ERROR`: what the settings file cannot do, and why. */
export function settingsError(problem: string): Error {
    // not a class: one with nothing but a constructor takes 84 bytes of heap
    const error = new Error(`settings file: ${problem}`)
    error.name = SETTINGS_ERROR
    return error
}
