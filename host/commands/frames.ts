import { findDebugFile, hasFrames, SourceMap } from "../sim/index.ts"

/** How a board says which build it runs, in its first line; in any form of that line. */
const BUILD_LINE =
    /(?:^\s*|[^\w\s] |["\ufeff])build ([0-9a-f]{8})(?=["\x1b]|\s*$)/

/**
 * Puts file and line in place of the stack frames in the lines of a board, by the build that made
 * them: each line that names a build counts for those after it. Frames of a build that is not kept
 * here stay as they are.
 */
export class FrameResolver {
    private map: SourceMap | undefined
    private readonly program: string
    private readonly report: (problem: string) => void
    /** Builds whose frames stay, and that were reported; "" is the one before any is named. */
    private readonly unknown = new Set<string>()
    private build = ""

    /**
     * @param program whose last build lines belong to before one is named
     * @param debugFile of that build, if it is kept
     * @param report called once for each build of which frames stay
     */
    constructor(
        program: string,
        debugFile: string | undefined,
        report: (problem: string) => void
    ) {
        this.program = program
        this.report = report
        if (debugFile !== undefined) this.map = new SourceMap(debugFile)
    }

    /** The line with its frames resolved. */
    resolve(line: string): string {
        const build = BUILD_LINE.exec(line)?.[1]
        if (build !== undefined) {
            this.build = build
            const file = findDebugFile(build)
            this.map = file === undefined ? undefined : new SourceMap(file)
        }
        if (this.map) return this.map.resolve(line)
        if (build !== undefined || hasFrames(line)) this.reportUnknown()
        return line
    }

    private reportUnknown(): void {
        const { build, program } = this
        if (this.unknown.has(build)) return
        this.unknown.add(build)
        const what = build
            ? `the debug information of build ${build}`
            : `a build of "${program}"`
        this.report(`${what} is not kept here: its frames are as they were`)
    }
}
