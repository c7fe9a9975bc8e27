import { DotenvEntry, nextEntry, scanDotenv } from "./dotenv"
import { MAX_SETTINGS } from "./problem"
import { indexOrEnd, replaceAll } from "./text"

// Changes settings in a dotenv text and leaves every other byte as it is: comments, order, line
// ends, the way other values are written. What comes out is read again and must say what was
// wanted, so that no quoting, however odd, changes another setting. Read by Node as well.

/** New texts by key; undefined removes a key. */
export type SettingChanges = Record<string, string | undefined>

/**
 * Sets, replaces and removes settings of a dotenv text. A setting that is new comes at the end.
 * @param pause called with 0 after each statement, so that other fibers run in between
 * @throws RangeError when the text is too long or has more than `MAX_SETTINGS`, or a value cannot
 * be written in dotenv form: one with all three kinds of quotes, or a carriage return beside `"`
 * or `\`
 */
export async function editDotenv(
    source: string,
    changes: SettingChanges,
    pause: (ms: number) => Promise<void>
): Promise<string> {
    const wanted = lastValues(await readDotenv(source, pause))
    let text = source
    for (const key of Object.keys(changes)) {
        const value = changes[key]
        text = await editKey(text, key, value, pause)
        if (value === undefined) delete wanted["=" + key]
        else wanted["=" + key] = value
    }
    const after = lastValues(await readDotenv(text, pause))
    const keys = Object.keys(wanted)
    let same = keys.length === Object.keys(after).length
    for (const key of keys) same = same && after[key] === wanted[key]
    if (!same)
        throw new RangeError(
            "the change would alter other settings: end the open quotes of the file first"
        )
    return text
}

/**
 * All assignments of a dotenv text.
 * @throws RangeError when it is too long or has more than `MAX_SETTINGS`: each takes heap
 */
export async function readDotenv(
    source: string,
    pause: (ms: number) => Promise<void>
): Promise<DotenvEntry[]> {
    const entries: DotenvEntry[] = []
    const scan = scanDotenv(source)
    while (scan.at < scan.text.length) {
        await pause(0)
        const entry = nextEntry(scan)
        if (!entry || entry.key === "") continue
        if (entries.length >= MAX_SETTINGS)
            throw new RangeError(`more than ${MAX_SETTINGS} settings`)
        entries.push(entry)
    }
    return entries
}

async function editKey(
    text: string,
    key: string,
    value: string | undefined,
    pause: (ms: number) => Promise<void>
): Promise<string> {
    const entries = (await readDotenv(text, pause)).filter(
        entry => entry.key === key
    )
    if (value === undefined) {
        while (entries.length) text = withoutLines(text, entries.pop())
        return text
    }
    // of a key given twice the later one counts
    const last = entries.pop()
    if (!last) return text + addition(text, key, value)
    if (last.value === value) return text
    const { valueStart, valueEnd } = last
    return text.slice(0, valueStart) + quoted(value) + text.slice(valueEnd)
}

/** A text without the lines of a statement. */
function withoutLines(text: string, { start, valueEnd }: DotenvEntry): string {
    const { text: lines } = scanDotenv(text)
    return (
        text.slice(0, lines.lastIndexOf("\n", start) + 1) +
        text.slice(indexOrEnd(lines, "\n", valueEnd) + 1)
    )
}

/** A new statement at the end of a text, with its line ends. */
function addition(text: string, key: string, value: string): string {
    const end = text.indexOf("\r\n") >= 0 ? "\r\n" : "\n"
    const last = text[text.length - 1]
    const gap = text === "" || last === "\n" || last === "\r" ? "" : end
    return `${gap}${key}=${quoted(value)}${end}`
}

/** A value in the plainest form that reads back as it is. */
function quoted(value: string): string {
    // line breaks other than line feeds exist within double quotes only
    const escaped = replaceAll(replaceAll(value, "\n", "\\n"), "\r", "\\r")
    for (const form of [
        value,
        `'${value}'`,
        `"${value}"`,
        `\`${value}\``,
        `"${escaped}"`,
    ])
        if (readsAs(form, value)) return form
    throw new RangeError(
        "a value with all three kinds of quotes cannot be written in dotenv form"
    )
}

/** Whether the form of a value reads back as that, whatever statement follows. */
function readsAs(form: string, value: string): boolean {
    const scan = scanDotenv(`A=${form}\nB='"\`=1`)
    const first = nextEntry(scan)
    if (!first || first.value !== value) return false
    nextEntry(scan)
    const second = nextEntry(scan)
    return second !== undefined && second.key === "B"
}

/** Values by key, with a `=` before it: a key may be called as something that all objects have. */
function lastValues(entries: DotenvEntry[]): Record<string, string> {
    const values: Record<string, string> = {}
    for (const entry of entries) values["=" + entry.key] = entry.value
    return values
}
