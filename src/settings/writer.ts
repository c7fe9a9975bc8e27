import { DotenvEntry, nextEntry, scanDotenv } from "./dotenv"
import { MAX_SETTINGS } from "./problem"
import { indexOrEnd, replaceAll } from "./text"

// Changes settings in a dotenv text and leaves every other byte as it is: comments, order, line
// ends, the way other values are written. The result is read again and must hold what was wanted,
// so that no quoting, however odd, changes another setting. Also read by Node.

/** New texts by key; undefined removes a key. */
export type SettingChanges = Record<string, string | undefined>

/**
 * Sets, replaces and removes settings of a dotenv text. A new setting is added at the end.
 * @param pause called after each statement, so that other fibers run in between
 * @throws RangeError when the text is too long or has more than `MAX_SETTINGS`, or a value cannot
 * be written: one with all three kinds of quotes, or a carriage return beside `"` or `\`; any value
 * behind an open quote
 */
export async function editDotenv(
    source: string,
    changes: SettingChanges,
    pause: () => Promise<void>
): Promise<string> {
    let text = source
    for (const key of Object.keys(changes)) {
        const value = changes[key]
        let others: string[] = []
        const mine = await readDotenv(text, pause, key, others)
        // if a key is given twice, the later one counts
        const last = mine[mine.length - 1]
        if (value === undefined)
            while (mine.length)
                text = withoutLines(text, mine.pop() as DotenvEntry)
        else text = await set(text, key, value, last, pause)
        const wanted = others.join("") + value
        // the heap has no room for two lists
        others = []
        const now = (await readDotenv(text, pause, key, others)).pop()
        if (others.join("") + (now ? now.value : now) !== wanted)
            throw new RangeError(
                `${key} cannot be written: it has all three kinds of quotes, or a quote before it is open`
            )
    }
    return text
}

/**
 * All assignments of a dotenv text.
 * @param key those of all other keys are left out, as each takes heap, and go to `others`
 * @param others gets `KEY=value` and a line end of each other assignment
 * @throws RangeError when it is too long or has more than `MAX_SETTINGS`: each takes heap
 */
export async function readDotenv(
    source: string,
    pause: () => Promise<void>,
    key?: string,
    others: string[] = []
): Promise<DotenvEntry[]> {
    const entries: DotenvEntry[] = []
    const scan = scanDotenv(source)
    while (scan.at < scan.text.length) {
        await pause()
        const entry = nextEntry(scan)
        if (!entry || entry.key === "") continue
        if (entries.length + others.length >= MAX_SETTINGS)
            throw new RangeError(`more than ${MAX_SETTINGS} settings`)
        if (key === undefined || entry.key === key) entries.push(entry)
        else others.push(`${entry.key}=${entry.value}\n`)
    }
    return entries
}

/** A text in which a value replaces the last one of its key, or is added at the end. */
async function set(
    text: string,
    key: string,
    value: string,
    last: DotenvEntry | undefined,
    pause: () => Promise<void>
): Promise<string> {
    if (last && last.value === value) return text
    const form = await quoted(value, pause)
    if (last)
        return text.slice(0, last.valueStart) + form + text.slice(last.valueEnd)
    const end = text.indexOf("\r\n") >= 0 ? "\r\n" : "\n"
    const gap = "\r\n".indexOf(text.slice(-1)) >= 0 ? "" : end
    return `${text}${gap}${key}=${form}${end}`
}

/** A text without the lines of a statement. */
function withoutLines(text: string, { start, valueEnd }: DotenvEntry): string {
    const { text: lines } = scanDotenv(text)
    return (
        text.slice(0, lines.lastIndexOf("\n", start) + 1) +
        text.slice(indexOrEnd(lines, "\n", valueEnd) + 1)
    )
}

/** A value in the plainest form that is read back unchanged, whatever statement follows. */
async function quoted(
    value: string,
    pause: () => Promise<void>
): Promise<string> {
    for (const quote of ["", "'", '"', "`"]) {
        const form = quote + value + quote
        const read = await readDotenv(`A=${form}\nB='"\`=1`, pause)
        if (read[0].value === value && read.length > 1 && read[1].key === "B")
            return form
    }
    // carriage returns can be written in double quotes only, as `\r`
    const escaped = replaceAll(value, "\n", "\\n")
    return `"${replaceAll(escaped, "\r", "\\r")}"`
}
