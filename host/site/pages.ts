// The pages of the documentation and their order in the menu.

/** A page: a Markdown file of the repository. */
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

/** Pages that are not called like their files. */
const TARGETS: Record<string, string> = {
    "README.md": "index.html",
    "services/fiberd.md": "service.html",
    "bench/README.md": "benchmarks.html",
    "CHANGELOG.md": "changes.html",
}

/** The menu; every file `docs/*.md` is in it. */
export const GROUPS: Group[] = [
    group("Start", "README.md", "docs/quick-start.md", "docs/coming-from.md"),
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

function group(title: string, ...sources: string[]): Group {
    const pages = sources.map(source => {
        const name = source.replace(/^docs\//, "").replace(/\.md$/, ".html")
        return { source, target: TARGETS[source] ?? name }
    })
    return { title, pages }
}
