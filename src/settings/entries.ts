import { Written } from "./check"
import { DotenvReader } from "./dotenv"
import {
    addProblem,
    lineProblem,
    MAX_SETTINGS,
    SettingProblem,
} from "./problem"
import { isSettingKey, MAX_KEY_LENGTH } from "./schema"

/** What a settings file says, before it is checked against a schema. */
export interface FileEntries {
    /** By key. */
    entries: Record<string, Written>
    /** Lines that say nothing. */
    problems: SettingProblem[]
}

/**
 * Reads the text of a settings file. Of a key given twice the later one counts. Read by Node as well.
 * @param pause called after each statement, so that other fibers run in between
 * @throws RangeError when the text is longer than `MAX_DOTENV_LENGTH`
 */
export async function readEntries(
    text: string,
    pause: () => Promise<void>
): Promise<FileEntries> {
    const entries: Record<string, Written> = {}
    const problems: SettingProblem[] = []
    const reader = new DotenvReader(text)
    let count = 0
    await pause()
    while (!reader.done()) {
        const entry = reader.next()
        await pause()
        if (!entry) continue
        const { key, value, line } = entry
        // what is no key is not repeated: in a damaged file it may be a piece of a secret
        if (!isSettingKey(key))
            addProblem(
                problems,
                lineProblem(
                    line,
                    `wanted a key of at most ${MAX_KEY_LENGTH} upper-case letters, digits and _`
                )
            )
        else if (entries[key] || count++ < MAX_SETTINGS)
            entries[key] = { text: value, line }
        else
            addProblem(
                problems,
                lineProblem(line, `more than ${MAX_SETTINGS} settings`)
            )
    }
    for (const line of reader.skipped)
        addProblem(
            problems,
            lineProblem(line, "no assignment, wanted KEY=value")
        )
    return { entries, problems }
}
