import { relative, resolve } from "node:path"
import type { SourceFile } from "./syntax.ts"

/**
 * The shortest way by imports from a file back to it.
 * @param files those of the program, by absolute paths
 * @returns paths, the file's first and last; undefined when no way leads back
 */
export function importCircle(
    file: SourceFile,
    files: ReadonlyMap<string, SourceFile>
): string[] | undefined {
    const ways = [[file]]
    const seen = new Set<SourceFile>()
    for (const way of ways)
        for (const next of importsOf(way.at(-1)!, files)) {
            if (next === file)
                return [...way, file].map(({ fileName }) =>
                    relative(".", fileName)
                )
            if (seen.has(next)) continue
            seen.add(next)
            ways.push([...way, next])
        }
    return undefined
}

function importsOf(
    { resolvedModules }: SourceFile,
    files: ReadonlyMap<string, SourceFile>
): SourceFile[] {
    const found: SourceFile[] = []
    resolvedModules?.forEach(module => {
        const file = module && files.get(resolve(module.resolvedFileName))
        if (file) found.push(file)
    })
    return found
}
