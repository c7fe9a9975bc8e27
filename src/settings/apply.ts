import * as ds from "@devicescript/core"
import { DotenvReader } from "./dotenv"
import { Schema, SettingProblem } from "./setting"
import { Settings } from "./settings"

/**
 * Takes the settings of a dotenv text, in its order, and lets other fibers run in between.
 * A function rather than a method, so that a program that never calls it does not carry the
 * dotenv reader (2.3 KB of the 64 KB that the VM allows for code).
 * @returns the problems of what was refused; the rest holds
 * @throws RangeError when the text is longer than `MAX_DOTENV_LENGTH`
 */
export async function applyDotenv<S extends Schema>(
    settings: Settings<S>,
    source: string
): Promise<SettingProblem[]> {
    const problems: SettingProblem[] = []
    const reader = new DotenvReader(source)
    while (!reader.done()) {
        const entry = reader.next()
        const problem =
            entry && settings.set(entry.key, entry.value, entry.line)
        if (problem) problems.push(problem)
        await ds.sleep(0)
    }
    return problems
}
