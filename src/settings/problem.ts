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

/** `KEY (line 3): message` */
export function settingProblem(
    key: string,
    line: number | undefined,
    message: string
): SettingProblem {
    const place = line === undefined ? "" : ` (line ${line})`
    return { key, line, message: `${key}${place}: ${message}` }
}

/** `line 3: message`, for a line without a key. */
export function lineProblem(line: number, message: string): SettingProblem {
    return { key: "", line, message: `line ${line}: ${message}` }
}

export function addProblem(
    problems: SettingProblem[],
    problem: SettingProblem
): void {
    if (problems.length < MAX_PROBLEMS) problems.push(problem)
}
