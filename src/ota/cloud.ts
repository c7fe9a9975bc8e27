// Takes updates from messages of a cloud adapter, and sends reports to it. Messages are small, so
// a file comes in parts; the cloud sends them again until the board reports the version.
import * as ds from "@devicescript/core"
import { PartCollector } from "./parts"
import type { OtaLink } from "./task"
import { isSettled, offerFile, Ota, otaStatus } from "./updater"

/** Topic of the messages in both directions. */
export const OTA_TOPIC = "ota"
/** Longest part, in bytes: a packet carries 236, and JSON escapes line ends and quotes. */
export const MAX_PART_BYTES = 170

/** A part of a file, as the JSON of a message has it. */
interface PartMessage {
    /** Version of the file. */
    v: number
    /** Where the part begins in the file, in bytes. */
    o: number
    /** Size of the file, in bytes. */
    t: number
    /** Text of the part. */
    d: string
}

/**
 * Follows the cloud adapter on the bus (role `cloud`), if there is one: takes files from it, and
 * reports each state to it.
 */
export function followCloud(ota: Ota): OtaLink {
    const { clock } = ota
    const adapter = new ds.CloudAdapter("cloud")
    const collector = new PartCollector()
    let reported = 0
    let isBusy = false
    adapter.onJson.subscribe(async (message: string[]) => {
        const [topic, json] = message
        if (topic !== OTA_TOPIC || !isSettled(ota)) return
        try {
            const { v, o, t, d } = JSON.parse(json) as PartMessage
            if (d.byteLength > MAX_PART_BYTES) return
            const part = Buffer.from(d)
            const pieces = collector.add(v, o, t, part, clock.millis())
            if (pieces) await offerFile(ota, pieces)
        } catch (e: any) {
            // the message is not a part of a file
        }
    })
    const report = async () => {
        const { announced } = ota
        isBusy = true
        try {
            await adapter.uploadJson(OTA_TOPIC, JSON.stringify(otaStatus(ota)))
            reported = announced
        } catch (e: any) {
            // the adapter is gone: reported again when one is there
        }
        isBusy = false
    }
    return async () => {
        collector.expire(clock.millis())
        // in a separate fiber, as the adapter may take any time
        if (!isBusy && reported !== ota.announced && adapter.isBound)
            report.start()
    }
}
