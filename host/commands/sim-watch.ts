import { FirmwareError, UsageError } from "../errors.ts"
import { complain } from "../output.ts"
import {
    buildInputs,
    FileWatch,
    gatherSettings,
    rehearseBuild,
    type Simulator,
} from "../sim/index.ts"
import type { View } from "../view/index.ts"
import type { SimCommandOptions } from "./sim-options.ts"

/** Files of settings that are always read. */
const ENV_FILES = [".env.defaults", ".env.local"]

/**
 * Rebuilds the program when one of its sources or a settings file changes, and restarts the board
 * with it; the flash is kept. When the build fails, the old program continues to run.
 * @param restarted called when the board starts for that reason
 * @returns how to end it
 */
export function watchProgram(
    sim: Simulator,
    options: SimCommandOptions,
    view: View,
    restarted: () => void
): () => void {
    let isBusy = false
    let isStale = false
    // errors in the program are reported by the build itself
    const rehearsed = rehearseBuild(options.main, options).catch(() => {})
    const watch = new FileWatch(() => void rebuild())
    const follow = (known: ReadonlyMap<string, string>) =>
        watch.follow(
            [
                ...buildInputs(options.main, options.board).keys(),
                ...ENV_FILES,
                ...options.env,
            ],
            known
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
            try {
                const { settings } = gatherSettings(options)
                if (await sim.reload(settings)) {
                    restarted()
                    const seconds = (performance.now() - from) / 1000
                    view.note(`built and started in ${seconds.toFixed(1)} s`)
                }
            } catch (error) {
                if (error instanceof FirmwareError)
                    complain(error.message, error.details)
                else if (error instanceof UsageError) complain(error.message)
                else throw error
            }
            // also after a failure: a change made during the build counts
            follow(before)
        }
        isBusy = false
    }

    follow(buildInputs(options.main, options.board))
    return () => watch.close()
}
