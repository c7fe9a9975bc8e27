import { isOn, Ota, watchProbation } from "./updater"

/** Time between two looks, ms. */
const LOOK_MS = 1000

/** What the updates need of the task that runs them. */
export interface Sleeper {
    /** @param ms longest time in ms */
    sleep(ms: number): Promise<void>
}

/** Something that brings files or reports, called about once a second. It must not throw. */
export type OtaLink = () => Promise<void>

/**
 * The body of the task that updates a board: it should be a core task and restart on failure. Looks
 * after the probation.
 * @param links what brings files and reports besides the bus: `pullUpdates`, `reportUpdates`,
 * `followCloud`; what is not there is not linked
 */
export function updateBoard(
    ota: Ota,
    links: OtaLink[] = []
): (task: Sleeper) => Promise<void> {
    if (!isOn(ota)) ota.log.notice("updates are off: no OTA_KEY, no OTA_PUBKEY")
    return async task => {
        while (true) {
            await task.sleep(LOOK_MS)
            await watchProbation(ota)
            for (const link of links) await link()
        }
    }
}
