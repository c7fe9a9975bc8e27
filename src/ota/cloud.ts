// Updates by messages of a cloud adapter, and reports the same way. A message is small, so a file
// comes in parts; a lost one is sent again by the cloud until the board reports the version.
import * as ds from "@devicescript/core"
import { Ota } from "./updater"

/** Topic of the messages, both ways. */
export const OTA_TOPIC = "ota"
/** Longest part, in bytes: a packet carries 236, and JSON escapes line ends and quotes. */
export const MAX_PART_BYTES = 170

/** A part of a file, as a message says it in JSON. */
interface PartMessage {
    /** Version of the file. */
    v: number
    /** Where the part begins, and bytes of the file. */
    o: number
    t: number
    /** The part. */
    d: string
}

/**
 * Follows the cloud adapter on the bus (role `cloud`), if there is one.
 * @devsWhenUsed
 */
export class OtaCloud {
    private readonly adapter = new ds.CloudAdapter("cloud")
    private reported = 0
    private isBusy = false

    constructor(private readonly ota: Ota) {
        this.adapter.onJson.subscribe(async (message: string[]) => {
            const [topic, json] = message
            const part = topic === OTA_TOPIC ? parsePart(json) : undefined
            if (!part) return
            try {
                const { v, o, t, d } = part
                await ota.offerPart(v, o, t, Buffer.from(d))
            } catch (e: any) {
                // too many wait: the cloud sends it again
            }
        })
    }

    /** Reports a state that is not reported yet. Never waits, never throws. */
    look(): void {
        const { ota, adapter } = this
        if (this.isBusy || this.reported === ota.announced) return
        if (!adapter.isBound) return
        this.isBusy = true
        const self = this
        const send = async () => {
            const { announced } = ota
            try {
                const json = JSON.stringify(ota.status())
                await adapter.uploadJson(OTA_TOPIC, json)
                self.reported = announced
            } catch (e: any) {
                // the adapter is gone: the next one is told
            }
            self.isBusy = false
        }
        send.start()
    }
}

function parsePart(json: string): PartMessage | undefined {
    try {
        const part = JSON.parse(json) as PartMessage
        const isPart =
            typeof part.v === "number" &&
            typeof part.o === "number" &&
            typeof part.t === "number" &&
            typeof part.d === "string"
        return isPart && part.d.byteLength <= MAX_PART_BYTES ? part : undefined
    } catch (e: any) {
        return undefined
    }
}
