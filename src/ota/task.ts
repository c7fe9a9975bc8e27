import { SocketArbiter } from "../net"
import { followCloud } from "./cloud"
import { askWhenDue, newPuller } from "./pull"
import { Ota, trustedKeys, watchProbation } from "./updater"

/** Time between two looks, ms. */
const LOOK_MS = 1000

/** What the updates need of the task that runs them. */
export interface Sleeper {
    /** @param ms longest time in ms */
    sleep(ms: number): Promise<void>
}

/**
 * The body of the task that updates a board: it should be a core task and restart on failure.
 * Asks the source, follows the cloud adapter, looks after the probation.
 */
export function updateBoard(
    ota: Ota,
    arbiter: SocketArbiter
): (task: Sleeper) => Promise<void> {
    const puller = newPuller(ota, arbiter)
    const reportToCloud = followCloud(ota)
    if (!trustedKeys(ota))
        ota.parts.log.notice("updates are off: no OTA_KEY, no OTA_PUBKEY")
    return async task => {
        while (true) {
            await task.sleep(LOOK_MS)
            await watchProbation(ota)
            reportToCloud()
            await askWhenDue(puller)
        }
    }
}
