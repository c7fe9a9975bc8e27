import { DotenvEntry, DotenvReader } from "./dotenv"

// Changes settings in a dotenv text and leaves every other byte as it is: comments, order, line
// ends, the way other values are written. What comes out is read again and must say what was
// wanted, so that no quoting, however odd, changes another setting. Read by Node as well.

/** New texts by key; undefined removes a key. */
export type SettingChanges = Record<string, string | undefined>

/** A part of the text and what stands in its place. */
interface Edit {
    start: number
    end: number
    by: string
}

/**
 * Sets, replaces and removes settings of a dotenv text. A setting that is new comes at the end.
 * @param pause called after each statement, so that other fibers run in between
 * @throws RangeError when the text is too long, or a value cannot be written in dotenv form:
 * one with all three kinds of quotes, or a carriage return beside `"` or `\`
 */
export async function editDotenv(
    source: string,
    changes: SettingChanges,
    pause: () => Promise<void>
): Promise<string> {
    const before = await readEntries(source, pause)
    let text = source
    for (const key of Object.keys(changes)) {
        text = await editKey(text, key, changes[key], pause)
        await pause()
    }
    await verify(text, before, changes, pause)
    return text
}

async function editKey(
    source: string,
    key: string,
    value: string | undefined,
    pause: () => Promise<void>
): Promise<string> {
    const entries = (await readEntries(source, pause)).filter(
        entry => entry.key === key
    )
    // positions count the line ends as line feeds
    const text = withLineFeeds(source)
    const edits: Edit[] = []
    if (value === undefined)
        for (const entry of entries) edits.push(removal(text, entry))
    else if (entries.length) {
        // of a key given twice the later one counts
        const last = entries[entries.length - 1]
        if (last.value === value) return source
        const { valueStart, valueEnd } = last
        edits.push({ start: valueStart, end: valueEnd, by: quoted(value) })
    } else return source + addition(source, key, value)
    return applyEdits(source, edits)
}

/** All assignments of a text. */
async function readEntries(
    text: string,
    pause: () => Promise<void>
): Promise<DotenvEntry[]> {
    const entries: DotenvEntry[] = []
    const reader = new DotenvReader(text)
    while (!reader.done()) {
        const entry = reader.next()
        if (entry) entries.push(entry)
        await pause()
    }
    return entries
}

/** A value in the plainest form that reads back as it is. */
function quoted(value: string): string {
    for (const quote of ["", "'", '"', "`"]) {
        const form = quote + value + quote
        if (readsAs(form, value)) return form
    }
    // line breaks other than line feeds exist within double quotes only
    const escaped = `"${value.split("\n").join("\\n").split("\r").join("\\r")}"`
    if (readsAs(escaped, value)) return escaped
    throw new RangeError(
        "a value with all three kinds of quotes cannot be written in dotenv form"
    )
}

/** Whether the form of a value reads back as that, whatever statement follows. */
function readsAs(form: string, value: string): boolean {
    const reader = new DotenvReader(`A=${form}\nB='"\`=1`)
    const read: string[] = []
    while (!reader.done()) {
        const entry = reader.next()
        if (entry) read.push(entry.key, entry.value)
    }
    return read.length === 4 && read[1] === value && read[2] === "B"
}

/** A statement with the lines that it stands on. */
function removal(text: string, entry: DotenvEntry): Edit {
    const start = text.lastIndexOf("\n", entry.start) + 1
    let end = text.indexOf("\n", entry.valueEnd)
    end = end < 0 ? text.length : end + 1
    return { start, end, by: "" }
}

/** A new statement at the end of a text, with its line ends. */
function addition(source: string, key: string, value: string): string {
    const end = source.indexOf("\r\n") >= 0 ? "\r\n" : "\n"
    const last = source[source.length - 1]
    const gap = source === "" || last === "\n" || last === "\r" ? "" : end
    return `${gap}${key}=${quoted(value)}${end}`
}

/** Puts edits, in the order of the text, into the text with its own line ends. */
function applyEdits(source: string, edits: Edit[]): string {
    const parts: string[] = []
    let from = 0
    let crossed = 0
    let crlf = source.indexOf("\r\n")
    const place = (at: number) => {
        while (crlf >= 0 && crlf - crossed < at) {
            crossed++
            crlf = source.indexOf("\r\n", crlf + 2)
        }
        return at + crossed
    }
    for (const edit of edits) {
        const { start, end, by } = edit
        parts.push(source.slice(from, place(start)), by)
        from = place(end)
    }
    parts.push(source.slice(from))
    return parts.join("")
}

function withLineFeeds(source: string): string {
    return new DotenvReader(source).text
}

/** @throws RangeError unless a text says what the one before did, with the changes */
async function verify(
    text: string,
    before: DotenvEntry[],
    changes: SettingChanges,
    pause: () => Promise<void>
): Promise<void> {
    const after = lastValues(await readEntries(text, pause))
    const wanted = lastValues(before)
    for (const key of Object.keys(changes)) {
        const value = changes[key]
        if (value === undefined) delete wanted["=" + key]
        else wanted["=" + key] = value
    }
    const keys = Object.keys(wanted)
    let same = keys.length === Object.keys(after).length
    for (const key of keys) same = same && after[key] === wanted[key]
    if (!same)
        throw new RangeError(
            "the change would alter other settings: end the open quotes of the file first"
        )
}

/** Values by key, with a `=` before it: a key may be called as something that all objects have. */
function lastValues(entries: DotenvEntry[]): Record<string, string> {
    const values: Record<string, string> = {}
    for (const entry of entries) values["=" + entry.key] = entry.value
    return values
}
