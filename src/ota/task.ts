import { Ota, Sleeper, watchProbation } from "./updater"

/** Time between two checks of the probation, ms. */
const LOOK_MS = 1000

/** Gets files or sends reports; called about once a second. Must not throw. */
export type OtaLink = () => Promise<void>

/**
 * The body of the task that updates a board and watches the probation. It should be a core task and
 * restart on failure.
 * @param links ways for files and reports besides the bus: `pullUpdates`, `reportUpdates`,
 * `followCloud`; those that are not used are not in the image
 */
export function updateBoard(
    ota: Ota,
    links: OtaLink[] = []
): (task: Sleeper) => Promise<void> {
    return async task => {
        ota.watcher = task
        ota.watchedAt = ota.clock.millis()
        while (true) {
            await task.sleep(LOOK_MS)
            await watchProbation(ota)
            for (const link of links) await link()
        }
    }
}
