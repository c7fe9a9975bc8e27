import { namedError } from "../platform"
import { MAX_FILE_BYTES } from "./file"
import { Pieces } from "./pieces"
import { PART_MISSING, STARTING } from "./probation"
import {
    beginFile,
    isSettled,
    offerFile,
    Ota,
    OtaStatus,
    otaStatus,
    receivingProblem,
    UNWATCHED,
    watchProblem,
} from "./updater"

/** Name of the error about a file that is offered over the bus and not taken. */
export const OTA_ERROR = "OtaError"

/** Updates as the remote service needs them: `config` of its parts. */
export interface OtaConfig {
    state(): OtaStatus
    /**
     * Takes a part of a file; the last part has the file checked and put in force.
     * @param offset where the part begins in the file, in bytes; 0 begins a new file
     * @param total size of the file, in bytes
     * @param sender tells those apart who bring files; no new file is begun while another one's parts
     * come
     * @throws an error of name OTA_ERROR for a file that is not taken
     */
    offer(
        offset: number,
        total: number,
        part: Buffer,
        sender: string
    ): Promise<void>
}

/** Lets the remote service show the state of updates and bring files. */
export function otaConfig(ota: Ota): OtaConfig {
    return {
        state: () => {
            const status = otaStatus(ota)
            // right after the start the task has not begun yet
            const isStarting = ota.watcher === undefined && !isSettled(ota)
            const isLeft = !isStarting && watchProblem(ota) === UNWATCHED
            if (status.state === "probation" && isLeft)
                status.reason = UNWATCHED
            return status
        },
        offer: async (offset, total, part, sender) =>
            await takePart(ota, offset, total, part, sender),
    }
}

/** Takes a part of a file: one file at a time, its parts in order, each once. */
async function takePart(
    ota: Ota,
    offset: number,
    total: number,
    part: Buffer,
    sender: string
): Promise<void> {
    if (!isSettled(ota)) throw otaError(STARTING)
    const problem = receivingProblem(ota, sender)
    if (problem) throw otaError(problem)
    if (total > MAX_FILE_BYTES)
        throw otaError(`longer than ${MAX_FILE_BYTES} bytes`)
    if (offset === 0) beginFile(ota, sender)
    const { received } = ota
    const isNext =
        received instanceof Pieces &&
        ota.sender === sender &&
        received.length === offset
    if (!isNext) throw otaError(PART_MISSING)
    ota.heardAt = ota.clock.millis()
    received.add(part)
    if (received.length < total) return
    ota.received = undefined
    const { state, reason } = await offerFile(ota, received)
    if (NOT_TAKEN.indexOf(state) >= 0) throw otaError(reason)
}

/** Verdicts after which the board does not have the file. */
const NOT_TAKEN = "refused busy ignored"

function otaError(problem: string): Error {
    return namedError(OTA_ERROR, problem)
}
