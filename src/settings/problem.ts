/** Most settings of a file and of the build together: more have no room in the heap. */
export const MAX_SETTINGS = 56
/** Most settings of one change, for which the file is written anew one by one. */
export const MAX_CHANGED = 50
/** Most problems that are kept; further ones are dropped. */
export const MAX_PROBLEMS = 16

/** The message about a key that is in no table. */
export const UNKNOWN_SETTING = "no such setting"

/** Why a setting or a line was refused. */
export interface SettingProblem {
    /**
     * Empty for a line without a valid assignment, and for the file as a whole. Do not show one that is
     * in no table: in a damaged file it may be a piece of a secret.
     */
    key: string
    /** Line in the settings file; undefined for a problem outside the file. */
    line: number | undefined
    /** Key and line, and what was wanted; never a value, nor a key that is in no table. */
    message: string
}

/**
 * Adds a problem as `KEY (line 3): message`, unless there are `MAX_PROBLEMS` already.
 * @param isNews whether it takes the place of the last one then
 * @param isUnknown whether no table has the key, which is not shown then: `line 3: message`
 */
export function addProblem(
    problems: SettingProblem[],
    key: string,
    line: number | undefined,
    message: string,
    isNews?: boolean,
    isUnknown?: boolean
): void {
    if (problems.length >= MAX_PROBLEMS) {
        if (!isNews) return
        problems.pop()
    }
    let place = isUnknown ? "" : key
    if (line !== undefined)
        place = place ? `${place} (line ${line})` : `line ${line}`
    if (place) message = `${place}: ${message}`
    problems.push({ key, line, message })
}
