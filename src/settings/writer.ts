import {
    DotenvEntry,
    DotenvScan,
    nextEntry,
    QUOTES,
    scanDotenv,
} from "./dotenv"
import { indexOrEnd, replaceAll } from "./text"

// Changes settings in a dotenv text and leaves every other byte as it is: comments, order, line
// ends, the way other values are written. The result is read again and must hold what was wanted,
// so that no quoting, however odd, changes another setting. Also read by Node.

/** Longest part of a text that is copied at once, in characters. */
const PART_CHARS = 128

/** New texts by key; undefined removes a key. */
export type SettingChanges = Record<string, string | undefined>

/**
 * Sets, replaces and removes settings of a dotenv text. A new setting is added at the end.
 * @param pause called after each statement, so that other fibers run in between
 * @throws RangeError when the text is too long, or a value cannot be written: one with all three
 * kinds of quotes, or a carriage return beside `"` or `\`; any value behind an open quote
 */
export async function editDotenv(
    text: string,
    changes: SettingChanges,
    pause: () => Promise<void>
): Promise<string> {
    for (const key of Object.keys(changes)) {
        const value = changes[key]
        const before = text
        const mine: DotenvEntry[] = []
        const all = scanDotenv(text)
        while (await nextOther(all, key, mine, pause)) {}
        // if a key is given twice, the later one counts
        const last = mine[mine.length - 1]
        if (value === undefined)
            while (mine.length)
                text = withoutLines(text, mine.pop() as DotenvEntry)
        else text = await set(text, key, value, last, pause)
        await verify(before, text, key, value, pause)
    }
    return text
}

/** @throws RangeError when a changed text is not read as wanted, or says else of another key */
async function verify(
    before: string,
    text: string,
    key: string,
    value: string | undefined,
    pause: () => Promise<void>
): Promise<void> {
    const mine: DotenvEntry[] = []
    const old = scanDotenv(before)
    const now = scanDotenv(text)
    // one by one: the heap has no room for a list of all
    for (;;) {
        const was = await nextOther(old, key, [], pause)
        const is = await nextOther(now, key, mine, pause)
        if (was && is && was.key === is.key && was.value === is.value) continue
        const last = mine.pop()
        if (was || is || (last && last.value) !== value)
            throw new RangeError(
                `${key} cannot be written: it has all three kinds of quotes, or a quote before it is open`
            )
        return
    }
}

/** Reads on to the next assignment of another key; `mine` gets those of this key. */
async function nextOther(
    scan: DotenvScan,
    key: string,
    mine: DotenvEntry[],
    pause: () => Promise<void>
): Promise<DotenvEntry | undefined> {
    for (;;) {
        const entry = await nextAssignment(scan, pause)
        if (!entry || entry.key !== key) return entry
        mine.push(entry)
    }
}

/** Reads on to the next assignment of a dotenv text; undefined at its end. */
async function nextAssignment(
    scan: DotenvScan,
    pause: () => Promise<void>
): Promise<DotenvEntry | undefined> {
    while (scan.at < scan.text.length) {
        await pause()
        const entry = nextEntry(scan)
        if (entry && entry.key !== "") return entry
    }
    return undefined
}

/** Reads all assignments of a dotenv text, for none of which it keeps heap. */
export async function eachAssignment(
    text: string,
    pause: () => Promise<void>,
    use: (entry: DotenvEntry) => void
): Promise<void> {
    const scan = scanDotenv(text)
    for (;;) {
        const entry = await nextAssignment(scan, pause)
        if (!entry) return
        use(entry)
    }
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
    if (last) {
        // in short parts, as the heap may have no room for another long one
        const parts: string[] = []
        addParts(parts, text, 0, last.valueStart)
        parts.push(form)
        addParts(parts, text, last.valueEnd, text.length)
        return parts.join("")
    }
    const end = text.indexOf("\r\n") >= 0 ? "\r\n" : "\n"
    const gap = "\r\n".indexOf(text.slice(-1)) >= 0 ? "" : end
    return `${text}${gap}${key}=${form}${end}`
}

/** Adds a part of a text to a list. */
function addParts(
    parts: string[],
    text: string,
    at: number,
    end: number
): void {
    for (; at < end; at += PART_CHARS)
        parts.push(text.slice(at, Math.min(at + PART_CHARS, end)))
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
    // without quotes first
    for (let i = -1; i < QUOTES.length; i++) {
        const quote = QUOTES.slice(i, i + 1)
        const form = quote + value + quote
        const scan = scanDotenv(`A=${form}\nB='"\`=1`)
        const read = nextEntry(scan) as DotenvEntry
        const next = await nextAssignment(scan, pause)
        if (read.value === value && next && next.key === "B") return form
    }
    // carriage returns can be written in double quotes only, as `\r`
    const escaped = replaceAll(value, "\n", "\\n")
    return `"${replaceAll(escaped, "\r", "\\r")}"`
}
