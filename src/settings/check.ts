import { nextEntry, scanDotenv } from "./dotenv"
import {
    addProblem,
    MAX_SETTINGS,
    SettingProblem,
    UNKNOWN_SETTING,
} from "./problem"
import {
    findRule,
    isSecretKind,
    isSettingKey,
    MAX_KEY_LENGTH,
    OWN_PREFIX,
} from "./schema"
import { isSecretName } from "./secrets"
import { indexOrEnd, replaceAll } from "./text"
import { LevelNames, valueFault } from "./values"

// Computes the texts in force from the build's settings and the settings file: fills in references
// and checks each text against the schema. The board and the host use the same function, so that
// the board takes whatever the host accepts. Also read by Node.

/** Most references that are filled in for one value; more count as a circle. */
const MAX_REFERENCES = 16
/** Longest value with its references filled in, in characters. */
const MAX_EXPANDED = 200
/** Stands for an escaped `${` until all references are filled in. */
const ESCAPED = "\u0001"

/** What the checks need from outside. */
export interface CheckContext extends LevelNames {
    /** The tables of the schema. */
    readonly tables: readonly string[]
    /** Texts of the build by key, without those that equal the default. */
    readonly build: Record<string, string>
    /** Called for each statement and each value, so that other fibers run in between. */
    pause(): Promise<void>
}

/** What the checks of a change need: a problem that is news is listed however many there are. */
export interface ChangeContext extends CheckContext {
    /** The keys that the change sets or removes. */
    readonly touched: string[]
    /** The texts in force, and what is wrong with them. */
    readonly inForce: SettingTexts
    readonly problems: readonly SettingProblem[]
}

/** Whether a problem of a key is news: the change sets the key, or nothing was wrong with it. */
export function isNews(
    { touched, inForce, problems }: ChangeContext,
    key: string
): boolean {
    if (touched.indexOf(key) >= 0) return true
    for (const problem of problems) if (problem.key === key) return false
    // not all problems are listed
    return inForce.lines[key] !== REFUSED
}

/** Where the text of a setting comes from. */
export type SettingOrigin = "program" | "file" | "build" | "default"

/**
 * The texts of settings, without those that have their default. Plain values by key: an object for
 * each would take five times the heap.
 */
export interface SettingTexts {
    /** With references filled in. */
    texts: Record<string, string>
    /**
     * Lines in the settings file; SET_BY_PROGRAM for a text that the program has set, REFUSED for one
     * that is not in force.
     */
    lines: Record<string, number>
    /** The keys of texts that are never shown: kind or name says so, or they refer to a secret. */
    secrets: Record<string, boolean>
}

/** In place of the line of a text that the program has set. */
export const SET_BY_PROGRAM = 0
/** In place of the line of a text that was refused. */
export const REFUSED = -1

/** The result of the checks: the valid texts, and what is wrong. */
export interface CheckedSettings extends SettingTexts {
    /** At most `MAX_PROBLEMS`. */
    problems: SettingProblem[]
}

/**
 * Checks the text of a settings file together with the build's settings, which it overrides.
 * @param problems problems that are known already
 * @returns the valid texts, and all problems
 */
export async function checkText(
    text: string,
    problems: SettingProblem[],
    context: CheckContext
): Promise<CheckedSettings> {
    const written = Object.assign({}, context.build)
    const lines: Record<string, number> = {}
    problems = problems.slice()
    try {
        await readFile(text, written, lines, problems, context)
    } catch (e: any) {
        // the text is too long
        addProblem(problems, "", 1, e.message)
    }
    return await checkSettings(written, lines, problems, context)
}

/** Reads the statements of a settings file. If a key is given twice, the later one counts. */
async function readFile(
    text: string,
    written: Record<string, string>,
    lines: Record<string, number>,
    problems: SettingProblem[],
    { pause }: CheckContext
): Promise<void> {
    const scan = scanDotenv(text)
    let count = 0
    while (scan.at < scan.text.length) {
        await pause()
        const entry = nextEntry(scan)
        if (!entry) continue
        const { key, value, line } = entry
        let problem: string | undefined
        if (!key) problem = "no assignment, wanted KEY=value"
        else if (!isSettingKey(key))
            problem = `wanted a key of at most ${MAX_KEY_LENGTH} upper-case letters, digits and _`
        else if (written[key] !== undefined || count++ < MAX_SETTINGS) {
            written[key] = value
            lines[key] = line
        } else problem = `more than ${MAX_SETTINGS} settings`
        if (problem) addProblem(problems, "", line, problem)
    }
}

/**
 * Checks settings as they are written; otherwise like `checkText`.
 * @param lines the lines of those that are in the settings file
 */
export async function checkSettings(
    written: Record<string, string>,
    lines: Record<string, number>,
    problems: SettingProblem[],
    context: CheckContext
): Promise<CheckedSettings> {
    const texts: Record<string, string> = {}
    const secrets: Record<string, boolean> = {}
    for (const key of Object.keys(written)) {
        const rule = findRule(context.tables, key)
        const expansion = {
            text: written[key],
            secret: isSecretKey(key, context),
        }
        let problem = expand(expansion, written, context)
        const { text } = expansion
        if (!problem) {
            if (rule) problem = valueFault(rule, text, context)
            else if (key[0] !== OWN_PREFIX) problem = UNKNOWN_SETTING
        }
        if (problem) {
            const change = context as ChangeContext
            const isNew = change.touched && isNews(change, key)
            addProblem(problems, key, lines[key], problem, isNew, !rule)
            lines[key] = REFUSED
        } else if (rule && text) {
            texts[key] = text
            if (expansion.secret) secrets[key] = true
        } else {
            // names that lie all over the heap leave no room for a long text between them
            delete lines[key]
        }
        await context.pause()
    }
    return { texts, lines, secrets, problems }
}

/** Whether the value of a key is never shown: by its kind, or by its name if no table has it. */
export function isSecretKey(
    key: string,
    { tables }: Pick<CheckContext, "tables">
): boolean {
    const rule = findRule(tables, key)
    return rule ? isSecretKind(rule.kind) : isSecretName(key)
}

/** A text whose references are filled in. */
interface Expansion {
    text: string
    secret: boolean
}

/**
 * Fills in the references of a text: `${KEY}` and `${KEY:-default}`, as in a shell and in
 * aioctl's dotenv. `\${` is a dollar sign and a brace. Nothing else is evaluated.
 * @returns why they cannot be filled in; undefined when they are
 */
function expand(
    expansion: Expansion,
    written: Record<string, string>,
    context: CheckContext
): string | undefined {
    let text = escape(expansion.text)
    // the last reference has no other one inside
    let start = text.lastIndexOf("${")
    for (let count = 0; start >= 0; count++) {
        const end = text.indexOf("}", start)
        if (end < 0) return "a ${ has no }"
        if (count >= MAX_REFERENCES) return "its ${...} lead in a circle"
        const inner = text.slice(start + 2, end)
        const nameEnd = indexOrEnd(inner, ":-", 0)
        const name = inner.slice(0, nameEnd)
        let filled = inner.slice(nameEnd + 2)
        const found = textOf(name, written, context)
        if (found) {
            filled = escape(found)
            if (isSecretKey(name, context)) expansion.secret = true
        } else if (nameEnd === inner.length)
            // without the name: a password may have a "${" in it
            return "a ${...} of it is not set"
        text = text.slice(0, start) + filled + text.slice(end + 1)
        if (text.length > MAX_EXPANDED)
            return `it is longer than ${MAX_EXPANDED} characters`
        start = text.lastIndexOf("${")
    }
    expansion.text = replaceAll(text, ESCAPED, "${")
    return undefined
}

function escape(text: string): string {
    return replaceAll(text, "\\${", ESCAPED)
}

/** The text that replaces `${key}`: as written, else the default of the schema. */
function textOf(
    key: string,
    written: Record<string, string>,
    { tables }: CheckContext
): string | undefined {
    // a reference may name anything, even a method of all objects
    const found = written[key]
    if (found && typeof found === "string") return found
    const rule = findRule(tables, key)
    return rule && rule.fallback
}
