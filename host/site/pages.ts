// The pages of the documentation and their order in the menu.
import { readFileSync } from "node:fs"
import { basename } from "node:path"

/** A page: a Markdown file of the repository, or an example, whose first comment describes it. */
export interface Page {
    /** Path of the file from the root of the repository. */
    source: string
    /** Name of the file in the site. */
    target: string
}

/** A part of the menu. */
export interface Group {
    title: string
    pages: Page[]
}

/** The examples and their titles, the easiest first. */
const EXAMPLES: Record<string, string> = {
    "blink.ts": "Blink and log",
    "two-tasks.ts": "Two tasks",
    "sensor.ts": "A sensor and its driver",
    "watchdog.ts": "Watchdog and escalation",
    "schedule.ts": "A schedule by the wall clock",
    "setting.ts": "A setting that holds at once",
    "handler.ts": "A handler",
    "filter.ts": "A filter and a formatter",
    "audit.ts": "An audit log",
    "mqtt.ts": "Log lines to MQTT",
    "controlled.ts": "Remote control",
    "over-the-air.ts": "Settings over the air",
    "fleet.ts": "Over the air in a fleet",
}

/** Pages that are not called like their files. */
const TARGETS: Record<string, string> = {
    "README.md": "index.html",
    "services/fiberd.md": "service.html",
    "bench/README.md": "benchmarks.html",
    "CHANGELOG.md": "changes.html",
}

/** The menu; every file `docs/*.md` and `examples/*.ts` is in it. */
export const GROUPS: Group[] = [
    group("Start", "README.md", "docs/quick-start.md", "docs/coming-from.md"),
    group("Examples", ...Object.keys(EXAMPLES).map(name => `examples/${name}`)),
    group(
        "On the board",
        "docs/tasks.md",
        "docs/log.md",
        "docs/flash-log.md",
        "docs/heartbeat.md",
        "docs/syslog.md",
        "docs/settings.md",
        "docs/ota.md"
    ),
    group(
        "On the host",
        "docs/fiberctl.md",
        "docs/web.md",
        "docs/simulator.md",
        "docs/board.md",
        "docs/optimiser.md"
    ),
    group(
        "Reference",
        "docs/vm.md",
        "docs/architecture.md",
        "docs/rows.md",
        "services/fiberd.md",
        "bench/README.md",
        "CHANGELOG.md"
    ),
]

/** All pages in the order of the menu. */
export const PAGES: Page[] = GROUPS.flatMap(({ pages }) => pages)

/** The Markdown of a page. */
export function pageText(source: string): string {
    const text = readFileSync(source, "utf8")
    const title = EXAMPLES[basename(source)]
    return title === undefined ? text : exampleText(source, title, text)
}

/** The page of an example: its first comment, how to run it, its code. */
function exampleText(source: string, title: string, text: string): string {
    const lines = text.split("\n")
    const begin = lines.findIndex(line => !line.startsWith("// "))
    const about = lines.slice(0, begin).map(line => line.slice("// ".length))
    return `# ${title}

${about.join("\n")}

\`\`\`sh help
npx fiberctl sim --main ${source}
\`\`\`

\`${source}\`:

\`\`\`ts
${lines.slice(begin).join("\n")}\`\`\`
`
}

function group(title: string, ...sources: string[]): Group {
    const pages = sources.map(source => {
        const name = source
            .replace(/^docs\//, "")
            .replace(/^examples\//, "example-")
            .replace(/\.(md|ts)$/, ".html")
        return { source, target: TARGETS[source] ?? name }
    })
    return { title, pages }
}
