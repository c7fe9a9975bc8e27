import { existsSync, realpathSync } from "node:fs"
import { relative, resolve, sep } from "node:path"
import type { Node, SourceFile } from "typescript/unstable/ast"
import type { Project } from "typescript/unstable/sync"

/**
 * The files of a project by the paths that the compiler names them by, relative to its folder.
 * TypeScript has the files of a package that is linked into node_modules, as npm links a folder,
 * under their real paths.
 */
export class SourcePaths {
    /** Folders behind symbolic links: the real path, and that by which the compiler names them. */
    private readonly links = new Map<string, string>()

    constructor(private readonly folder: string) {}

    /** The file at a path. */
    fileAt(program: Project["program"], path: string): SourceFile | undefined {
        const named = resolve(this.folder, path)
        const file = program.getSourceFile(named)
        if (file || !existsSync(named)) return file
        const real = realpathSync(named)
        if (real !== named) this.links.set(...withoutCommonEnd(real, named))
        return program.getSourceFile(real)
    }

    /** The path of the file that a node is part of. */
    pathOf(node: Node): string {
        let root = node
        while (root.parent) root = root.parent
        const file = (root as SourceFile).fileName
        for (const [real, named] of this.links)
            if (file.startsWith(real + sep))
                return relative(this.folder, named + file.slice(real.length))
        return relative(this.folder, file)
    }
}

/** Two paths of one file up to where they differ: the folders that are the same one. */
function withoutCommonEnd(one: string, other: string): [string, string] {
    const first = one.split(sep)
    const second = other.split(sep)
    while (first.at(-1) === second.at(-1)) {
        first.pop()
        second.pop()
    }
    return [first.join(sep), second.join(sep)]
}
