import { FirmwareError, UsageError } from "../errors.ts"
import { complain } from "../output.ts"
import {
    buildInputs,
    checkArguments,
    FileWatch,
    gatherSettings,
    hashesOf,
    readBy,
    rehearseBuild,
    type SimSettings,
    type Simulator,
} from "../sim/index.ts"
import type { Settings } from "../env/index.ts"
import type { View } from "../view/index.ts"
import type { SimCommandOptions } from "./sim-options.ts"

/** Files of settings that are always read. */
const ENV_FILES = [".env.defaults", ".env.local"]

/** What a watch asks and tells. */
export interface WatchListener {
    /** Reads the settings again. @throws UsageError */
    gather(): Settings
    /** The board starts because of a change. */
    restarted(): void
}

/**
 * Watches the sources and the settings files of a program. What is wrong with them is reported, and
 * waits for the next change: at first there is no board until then, later the old program
 * continues to run.
 */
export class ProgramWatch {
    private readonly options: SimCommandOptions
    private readonly files: FileWatch
    /** The watched files as they were before they were read last. */
    private known: ReadonlyMap<string, string> = new Map()
    private changed = () => {}

    /** @throws UsageError for arguments that no change of a file mends */
    constructor(options: SimCommandOptions) {
        checkArguments(options)
        this.options = options
        this.files = new FileWatch(() => this.changed())
    }

    /** Gathers the settings, once their files are right. */
    async gather(): Promise<SimSettings> {
        for (;;) {
            try {
                this.note()
                return gatherSettings(this.options)
            } catch (error) {
                await this.nextChange(error)
            }
        }
    }

    /**
     * Reports an error and waits until a file differs from what it was about.
     * @throws an error that no file is to blame for
     */
    async nextChange(error: unknown): Promise<void> {
        report(error)
        await this.change(readBy(error))
    }

    /**
     * Rebuilds the program at each change, and restarts the board with it; the flash is kept.
     * @throws what the watch cannot go on after
     */
    async run(
        sim: Simulator,
        view: View,
        { gather, restarted }: WatchListener
    ): Promise<void> {
        // errors in the program are reported by the build itself
        const rehearsed = rehearseBuild(this.options.main, this.options).catch(
            () => {}
        )
        let change = this.change()
        for (;;) {
            await change
            await rehearsed
            const from = performance.now()
            this.note()
            try {
                if (await sim.reload(gather())) {
                    restarted()
                    const seconds = (performance.now() - from) / 1000
                    view.note(`built and started in ${seconds.toFixed(1)} s`)
                }
                change = this.change()
            } catch (error) {
                change = this.nextChange(error)
            }
        }
    }

    /** Ends the watch. */
    close(): void {
        this.files.close()
    }

    /** Settles when a watched file changes, or has changed since it was read. */
    private change(looked: Record<string, string> = {}): Promise<void> {
        const change = new Promise<void>(done => (this.changed = done))
        const looks = Object.entries(looked)
        this.files.follow(
            [...this.paths(), ...looks.map(([path]) => path)],
            new Map([...this.inputs(), ...this.known, ...looks])
        )
        return change
    }

    /** Notes what the watched files hold. */
    private note(): void {
        this.known = hashesOf(this.paths())
    }

    private paths(): string[] {
        const { main, env } = this.options
        return [main, ...this.inputs().keys(), ...ENV_FILES, ...env]
    }

    /** The files that the last build has read, there or not. */
    private inputs(): ReadonlyMap<string, string> {
        return buildInputs(this.options.main, this.options)
    }
}

/** Reports an error. @throws one that no file is to blame for */
function report(error: unknown): void {
    if (error instanceof FirmwareError) complain(error.message, error.details)
    else if (error instanceof UsageError) complain(error.message)
    else throw error
}
