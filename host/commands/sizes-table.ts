import type { LinkedMethod } from "../optimise/index.ts"
import type { BuildSizes } from "../sim/index.ts"
import { table } from "./table.ts"

/** How many of the largest functions are shown. */
const SHOWN_FUNCTIONS = 20

/** The sizes of a build as text: parts, what is left to an application, largest functions. */
export function sizesText(
    { report, before, after }: BuildSizes,
    most: number
): string {
    const was = sumByFolder(before.parts)
    const now = sumByFolder(after.parts)
    const names = [...new Set([...was.keys(), ...now.keys()])]
    names.sort((a, b) => (now.get(b)?.code ?? 0) - (now.get(a)?.code ?? 0))
    const rows = names.map(name => {
        const part = now.get(name) ?? EMPTY
        return [
            name,
            was.get(name)?.code ?? 0,
            part.code,
            part.functions,
            part.methods,
            part.slots,
        ]
    })
    const left = most - report.after
    return [
        ...table(
            ["part", "compiled", "code", "functions", "methods", "slots"],
            rows
        ),
        "",
        `${report.after} bytes of code, ${report.before} as compiled; ${left} left to an application`,
        "(code: bytes with the functions' headers; a method takes 16 bytes of heap, a slot 8 while",
        "its function runs)",
        "",
        ...table(
            ["largest functions", "bytes", "file"],
            after.functions
                .slice(0, SHOWN_FUNCTIONS)
                .map(({ name, bytes, file }) => [name, bytes, file])
        ),
    ].join("\n")
}

/** The methods that are linked for nothing, as text; undefined when not known. */
export function uncalledText(methods: LinkedMethod[] | undefined): string {
    if (!methods) return "(without TypeScript 7 nobody knows what is called)"
    if (methods.length === 0) return "no method is linked that nobody calls"
    return table(
        ["linked, but called by nobody", "file"],
        methods.map(({ owner, name, path }) => [`${owner}.${name}`, path])
    ).join("\n")
}

/** Where the parts are in a project that uses them. */
const LIBRARY = "node_modules/fiberd/src/"

const EMPTY = { code: 0, functions: 0, methods: 0, slots: 0 }

function sumByFolder(
    parts: BuildSizes["after"]["parts"]
): Map<string, typeof EMPTY> {
    const sums = new Map<string, typeof EMPTY>()
    for (const [file, part] of Object.entries(parts)) {
        const name = folderOf(file)
        const sum = sums.get(name) ?? { ...EMPTY }
        sum.code += part.code
        sum.functions += part.functions
        sum.methods += part.methods
        sum.slots += part.slots
        sums.set(name, sum)
    }
    return sums
}

/** The folder of a source; a library counts as one, files directly in `src` by name. */
function folderOf(file: string): string {
    if (file === "") return "(compiler)"
    const parts = file.split("/")
    // of this package as a library, its parts
    if (file.startsWith(LIBRARY)) return `fiberd/${parts[3]}`
    // one that is linked to brings its own libraries along
    const library = parts.lastIndexOf("node_modules") + 1
    if (library > 0) return parts.slice(library, library + 2).join("/")
    const folder = parts.slice(0, -1).join("/")
    return folder === "src" || folder === "" ? file : folder
}
