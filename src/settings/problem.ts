/** Most settings of a file: each takes heap. */
export const MAX_SETTINGS = 100
/** Most problems that are kept of one file: the first ones tell enough. */
export const MAX_PROBLEMS = 16

/** Why something of the settings was refused. */
export interface SettingProblem {
    /** Empty for a line that is no assignment, and for the file as a whole. */
    key: string
    /** Line in the settings file; undefined for a setting of the build. */
    line: number | undefined
    /** What was wrong, with key and line, what was got and what is wanted; no secret. */
    message: string
}

/** Adds a problem, told as `KEY (line 3): message`, unless there are `MAX_PROBLEMS` already. */
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
