import { findDebugFile, SourceMap } from "../sim/index.ts"

/** How a board says which build it runs, in its first line. */
const BUILD_LINE = /\bbuild ([0-9a-f]{8})\b/

/**
 * Puts file and line in place of the stack frames in the lines of a board, by the build that made
 * them: each line that names a build counts for those after it.
 */
export class FrameResolver {
    private map: SourceMap | undefined
    /** Builds that were named and whose debug information is not kept here. */
    readonly unknown = new Set<string>()

    /** @param debugFile of the build that lines belong to before one is named */
    constructor(debugFile: string | undefined) {
        if (debugFile !== undefined) this.map = new SourceMap(debugFile)
    }

    /** The line with its frames resolved. */
    resolve(line: string): string {
        const id = BUILD_LINE.exec(line)?.[1]
        if (id !== undefined) this.change(id)
        return this.map ? this.map.resolve(line) : line
    }

    private change(id: string): void {
        const file = findDebugFile(id)
        if (file !== undefined) this.map = new SourceMap(file)
        else this.unknown.add(id)
    }
}
