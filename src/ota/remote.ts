import { offerPart, Ota, OtaStatus, otaStatus } from "./updater"

/** Name of the error of a file that is offered over the bus and not taken. */
export const OTA_ERROR = "OtaError"

/** Updates as the remote service offers them, `config` of its parts. */
export interface OtaConfig {
    state(): OtaStatus
    /** @throws an error of name OTA_ERROR for a file that is not taken */
    offer(offset: number, total: number, part: Buffer): Promise<void>
}

/** Lets the remote service show the state of updates and bring files. */
export function otaConfig(ota: Ota): OtaConfig {
    return {
        state: () => otaStatus(ota),
        offer: async (offset, total, part) => {
            // one file at a time: the number that tells files apart is not needed
            const verdict = await offerPart(ota, 0, offset, total, part)
            if (!verdict) return
            const { state, reason } = verdict
            if (state !== "refused" && state !== "busy") return
            const error = new Error(reason)
            error.name = OTA_ERROR
            throw error
        },
    }
}
