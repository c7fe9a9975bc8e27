/** Most settings in a file, as each takes heap. */
export const MAX_SETTINGS = 100
/** Most problems that are kept; further ones are dropped. */
export const MAX_PROBLEMS = 16

/** Why a setting or a line was refused. */
export interface SettingProblem {
    /** Empty for a line without a valid assignment, and for the file as a whole. */
    key: string
    /** Line in the settings file; undefined for a problem outside the file. */
    line: number | undefined
    /** Key and line, what was got and what was wanted; without secrets. */
    message: string
}

/** Adds a problem as `KEY (line 3): message`, unless there are `MAX_PROBLEMS` already. */
export function addProblem(
    problems: SettingProblem[],
    key: string,
    line: number | undefined,
    message: string
): void {
    if (problems.length >= MAX_PROBLEMS) return
    let place = key
    if (line !== undefined)
        place = key ? `${key} (line ${line})` : `line ${line}`
    if (place) message = `${place}: ${message}`
    problems.push({ key, line, message })
}
