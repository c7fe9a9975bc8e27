// The map of the features to the tests that hold them, docs/rows.md: `npm run rows` writes it.
// A test holds the rows that its name, or that of its `describe`, or a comment before it names:
// `// rows: T1 T2`. Such a comment on the first line of a file is for all of its tests.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** The features: the number of each, and what it is about. */
const PARTS: Record<string, Record<string, string>> = {
    Tasks: {
        T1: "named tasks; a taken name gets a number",
        T2: "start, stop, restart, delete by name or pattern",
        T3: "one state for each task, with times and counts",
        T4: "hooks, whose value becomes the result",
        T5: "an exception in a task ends nothing else",
        T6: "tracebacks with file and line",
        T7: "cooperative stop, cleanups, grace period",
        T8: "restart policy with backoff and limits",
        T9: "watchdog of a task",
        T10: "schedules",
        T11: "dependencies and order",
        T12: "enabled tasks and options kept over resets",
        T13: "child tasks",
        T14: "groups",
        T15: "status as text and as data",
        T16: "figures of tasks and of the device",
        T17: "boot journal",
        T18: "safe mode",
        T19: "bounds of names, tasks and traces",
        T19a: "schedules outlive restarts",
        T19b: "escalation of a failure",
        T19c: "selection by state, summary",
        T19d: "children never outlive their parent",
    },
    Log: {
        L1: "eight severities, trace, none",
        L2: "named loggers, levels at run time",
        L3: "level specification",
        L4: "a disabled call costs next to nothing",
        L5: "handlers by name",
        L6: "level, filters, formatter, queue of a handler",
        L7: "filters",
        L8: "formatters",
        L9: "what a record carries",
        L10: "what throws is taken out",
        L11: "logging from inside a handler",
        L12: "queues of slow handlers, overload",
        L13: "burst limit",
        L14: "receivers",
        L14a: "any value in a log call",
        L14b: "no text forges a line",
        L14c: "receivers of finer levels",
        L14d: "topics are freed",
        L14e: "defaults of filters, metadata of a task, options of formatters",
        L15: "ring in RAM",
        L16: "the logger of a task",
        L17: "progress reports",
    },
    "Flash log": {
        R1: "two files and their rotation",
        R2: "both files after a reset, in order",
        R3: "number and size of files",
        R4: "rotation by age",
        R5: "open, rotate, reset, close",
        R6: "when it is written",
        R7: "power cuts",
        R8: "failures of the flash",
        R9: "wear of the flash",
        R9a: "several logs",
        R9b: "names of files",
        R10: "reading on the board, on the host, from a dump",
    },
    Heartbeat: {
        H1: "LED, buzzer and handler",
        H2: "patterns, coalesced",
        H3: "pins, simulated devices, settings",
        H4: "a beat when nothing is logged",
    },
    Syslog: {
        S1: "target and identity from settings",
        S2: "RFC 5424",
        S3: "RFC 6587 framing",
        S4: "sequenceId, sysUpTime, boot number",
        S5: "TCP and TLS, reconnection",
        S6: "queue, window, account, lines of earlier runs",
        S7: "RELP",
        S7a: "records that a collector refuses",
        S7b: "what counts as delivered",
        S8: "stock rsyslogd",
    },
    Settings: {
        C1: "dotenv as npm dotenv reads it",
        C2: "references",
        C3: "typed by a schema",
        C4: "changes keep the rest of the file",
        C5: "kept in flash, replaced as one",
        C6: "changes at run time",
        C6a: "checks on the host",
        C7: "secrets",
    },
    "Over the air": {
        O1: "push and pull, one path",
        O2: "signed by HMAC, versions go up",
        O2a: "signed by LMS",
        O3: "the old file or the new one",
        O4: "probation and the way back",
        O5: "reported state",
        O5a: "sealed files",
        O5b: "staged rollout",
        O6: "the same twice writes nothing",
    },
    Network: {
        N1: "one socket, shared",
        N2: "network up and down",
        N3: "wall clock",
    },
    "Remote control": {
        A1: "the board's service",
        A2: "fiberctl",
        A3: "live view, stream to a broker",
        A3a: "stream from the board itself",
        A4: "MQTT",
        A5: "console in the browser",
        A6: "OpenMetrics",
    },
    "Boards, build, simulator": {
        B1: "four chips",
        B2: "build, image, flash",
        B3: "the simulator and its faults",
        B3a: "image optimiser",
        B3b: "up, monitor, decode",
        B3c: "edit loop and CI",
        B3d: "Wi-Fi from settings",
        B4: "parts as a library",
    },
    "For those who use it": {
        D1: "a firmware of chosen parts",
        D2: "examples",
        D3: "a new project",
        D4: "documentation",
    },
}

const ROWS = new Set(Object.values(PARTS).flatMap(Object.keys))
/** A `describe` or `test`, or the comment before one; template strings count as they are. */
const LINE =
    /^ *(?:\/\/ rows: (?<rows>.*)|(?:await t\.)?(?:describe|test)\(\s*(?<quote>["`])(?<name>(?:[^"`\\]|\\.)*)\k<quote>)/gm

/** What holds rows: a file as a whole, a group of tests, a test. */
interface Holder {
    file: string
    /** Undefined for the file as a whole. */
    name?: string
    rows: string[]
}

/** The tests of this project that hold rows. @throws Error when a comment names none */
function holders(): Holder[] {
    const files = readdirSync("test", { recursive: true }) as string[]
    return files
        .filter(name => name.endsWith(".ts"))
        .sort()
        .flatMap(name => holdersIn(join("test", name)))
}

function holdersIn(file: string): Holder[] {
    const found: Holder[] = []
    let tagged: string[] = []
    for (const match of readFileSync(file, "utf8").matchAll(LINE)) {
        const { rows, name } = match.groups!
        if (rows !== undefined) {
            tagged = rows.trim().split(/ +/)
            for (const row of tagged)
                if (!ROWS.has(row))
                    throw new Error(`${file}: "${row}" is no row`)
            if (match.index > 0) continue
            found.push({ file, rows: tagged })
        } else {
            const named = name!.match(/\b[A-Z]\d+[a-z]?\b/g) ?? []
            const held = [...tagged, ...named.filter(row => ROWS.has(row))]
            if (held.length) found.push({ file, name: name!, rows: held })
        }
        tagged = []
    }
    return found
}

/** A name without the numbers of rows and without what differs between its runs. */
function shown(name: string): string {
    return name
        .replaceAll(/^((?:[A-Z]\d+[a-z]? )+)|( \([^)]*\b[A-Z]\d+[a-z]?\))/g, "")
        .replaceAll(/\$\{[^}]*\}/g, "…")
        .replaceAll("`", "'")
        .replaceAll(/[*_<]/g, "\\$&")
}

/** The page, and the rows that no test names. */
export function rowsPage(): { text: string; missing: string[] } {
    const all = holders()
    const missing: string[] = []
    const parts = Object.entries(PARTS).map(([title, rows]) => {
        const lines = Object.entries(rows).map(([row, about]) => {
            const held = all.filter(({ rows }) => rows.includes(row))
            if (held.length === 0) missing.push(row)
            return `- **${row}** ${about}\n${filesText(held)}`
        })
        return `## ${title}\n\n${lines.join("")}`
    })
    const text = `# Features and their tests

Each feature has a number; commits and tests name it. This page is made of the names of the tests
and of comments before them, \`// rows: T1 T2\`, by \`npm run rows\`. A file without names holds a
feature as a whole.

${parts.join("\n")}`
    return { text, missing }
}

/** A line for each file. */
function filesText(held: Holder[]): string {
    const files = new Set(held.map(({ file }) => file))
    const lines = [...files].map(file => {
        const names = held
            .filter(holder => holder.file === file && holder.name)
            .map(({ name }) => shown(name!))
        const short = file.replace(/^test\//, "")
        const colon = names.length ? ": " : ""
        return `    - \`${short}\`${colon}${names.join("; ")}\n`
    })
    return lines.join("")
}

if (process.argv[1]?.endsWith("rows.ts"))
    writeFileSync("docs/rows.md", rowsPage().text)
