import { FirmwareError, UsageError } from "../errors.ts"
import { complain } from "../output.ts"
import {
    buildInputs,
    CompileError,
    FileWatch,
    rehearseBuild,
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
    /** The watch cannot go on. */
    failed(error: Error): void
}

/**
 * Rebuilds the program when one of its sources or a settings file changes, and restarts the board
 * with it; the flash is kept. When the build fails, or a setting is refused, the old program continues
 * to run.
 * @returns how to end it
 */
export function watchProgram(
    sim: Simulator,
    options: SimCommandOptions,
    view: View,
    { gather, restarted, failed }: WatchListener
): () => void {
    let isBusy = false
    let isStale = false
    // errors in the program are reported by the build itself
    const rehearsed = rehearseBuild(options.main, options).catch(() => {})
    const watch = new FileWatch(() => void rebuild().catch(failed))
    const follow = (
        known: ReadonlyMap<string, string>,
        looked: Record<string, string> = {}
    ) =>
        watch.follow(
            [
                ...buildInputs(options.main, options.board).keys(),
                ...Object.keys(looked),
                ...ENV_FILES,
                ...options.env,
            ],
            new Map([...known, ...Object.entries(looked)])
        )

    async function rebuild(): Promise<void> {
        isStale = true
        if (isBusy) return
        isBusy = true
        await rehearsed
        while (isStale) {
            isStale = false
            const from = performance.now()
            const before = watch.look()
            let looked: Record<string, string> | undefined
            try {
                if (await sim.reload(gather())) {
                    restarted()
                    const seconds = (performance.now() - from) / 1000
                    view.note(`built and started in ${seconds.toFixed(1)} s`)
                }
            } catch (error) {
                if (error instanceof CompileError) looked = error.inputs
                report(error)
            }
            // also after a failure: a change made during the build counts
            follow(before, looked)
        }
        isBusy = false
    }

    follow(buildInputs(options.main, options.board))
    return () => watch.close()
}

/** Says why the old program continues to run. @throws what has another reason */
function report(error: unknown): void {
    if (error instanceof FirmwareError) complain(error.message, error.details)
    else if (error instanceof UsageError) complain(error.message)
    else throw error
}
