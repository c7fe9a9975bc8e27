import type { Settings } from "../env/index.ts"
import { buildId, FlashStore } from "../flash/index.ts"
import { buildProgram } from "./build.ts"
import { findDebugFile } from "./debug-files.ts"
import type { Machine } from "./machine.ts"
import type { SimulatorOptions } from "./options.ts"
import { SourceMap } from "./source-map.ts"

/** What a simulated board runs: a program that is built, or an image that is booted as it is. */
export class LoadedProgram {
    private readonly options: SimulatorOptions
    private bytecode: Buffer | undefined
    private debug: string | undefined
    private sources: SourceMap | undefined
    private isImageThere = false

    constructor(options: SimulatorOptions) {
        this.options = options
    }

    /** The debug information of the build, once built; of an image, if it is kept. */
    get debugFile(): string | undefined {
        return this.debug
    }

    /**
     * Builds the program; of an image the debug information is looked up.
     * @param check refuses what was built by an error
     * @returns whether it is another program than before
     * @throws UsageError, FirmwareError when it does not build: what was built before stays
     */
    async build(
        check: (bytecode: Buffer) => void = () => {}
    ): Promise<boolean> {
        const { main, board, image, optimise, onBuild, onBuilt } = this.options
        if (image) {
            const program = FlashStore.parse(image).program()
            this.debug = program && findDebugFile(buildId(program))
            return false
        }
        const built = await buildProgram(main, {
            started: onBuild,
            optimise,
            board,
        })
        await onBuilt?.(built.bytecode)
        check(built.bytecode)
        const isSame = this.bytecode?.equals(built.bytecode) ?? false
        this.bytecode = built.bytecode
        // what is kept, as the next build of the program overwrites its own
        this.debug = findDebugFile(buildId(built.bytecode))
        this.sources = undefined
        return !isSame
    }

    /** Puts program and settings into the flash of a machine without power; an image only once. */
    deploy(machine: Machine, settings: Settings): void {
        const { image } = this.options
        if (this.bytecode) machine.deploy(this.bytecode, settings)
        else if (image && !this.isImageThere) {
            machine.replaceFlash(image)
            this.isImageThere = true
        }
    }

    /** A line of the program with file and line in place of its stack frames. */
    resolveFrames(line: string): string {
        if (!this.debug) return line
        this.sources ??= new SourceMap(this.debug)
        return this.sources.resolve(line)
    }
}
