// Which JavaScript runs: a package holds what `npm run compile` makes of the sources. A checkout has
// it as well, as it starts in a quarter of the time, and runs it while the sources are as they were.
import { existsSync, readFileSync, statSync } from "node:fs"

const ROOT = new URL("../", import.meta.url)
/** Where the built programs are. */
const OUTPUT = new URL("dist/", ROOT)
/** What they were made of: paths from the root, with the stamp of each. */
const SOURCES = new URL("sources.json", OUTPUT)

/** The file of a built program, unless there is none or a source has changed since. */
export function builtProgram(name) {
    const file = new URL(`${name}.js`, OUTPUT)
    return existsSync(file) && isCurrent() ? file : undefined
}

/** Identifies the text of a file: when it was written, and its size; undefined without it. */
export function stampOf(path) {
    const stats = statSync(new URL(path, ROOT), { throwIfNoEntry: false })
    return stats && `${stats.mtimeMs} ${stats.size}`
}

function isCurrent() {
    const isPackage = !existsSync(new URL("fiberctl.ts", import.meta.url))
    return (
        isPackage || sources().every(([path, stamp]) => stampOf(path) === stamp)
    )
}

/** None when what is built has no list, or half of one: then it is not current. */
function sources() {
    try {
        return Object.entries(JSON.parse(readFileSync(SOURCES, "utf8")))
    } catch {
        return [["", undefined]]
    }
}
