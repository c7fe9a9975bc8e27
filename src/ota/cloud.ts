// Updates by messages of a cloud adapter, and reports the same way. A message is small, so a file
// comes in parts; a lost one is sent again by the cloud until the board reports the version.
import * as ds from "@devicescript/core"
import { PartCollector } from "./parts"
import type { OtaLink } from "./task"
import { offerFile, Ota, otaStatus } from "./updater"

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
 * Follows the cloud adapter on the bus (role `cloud`), if there is one: takes the files that it
 * brings, and reports each state to it.
 */
export function followCloud(ota: Ota): OtaLink {
    const { clock } = ota
    const adapter = new ds.CloudAdapter("cloud")
    const collector = new PartCollector()
    let reported = 0
    let isBusy = false
    adapter.onJson.subscribe(async (message: string[]) => {
        const [topic, json] = message
        if (topic !== OTA_TOPIC) return
        try {
            const { v, o, t, d } = JSON.parse(json) as PartMessage
            if (d.byteLength > MAX_PART_BYTES) return
            const part = Buffer.from(d)
            const pieces = collector.add(v, o, t, part, clock.millis())
            if (pieces) await offerFile(ota, pieces)
        } catch (e: any) {
            // no part of a file
        }
    })
    const report = async () => {
        const { announced } = ota
        isBusy = true
        try {
            await adapter.uploadJson(OTA_TOPIC, JSON.stringify(otaStatus(ota)))
            reported = announced
        } catch (e: any) {
            // the adapter is gone: the next one gets it
        }
        isBusy = false
    }
    return async () => {
        collector.expire(clock.millis())
        // in a fiber of its own: nobody knows how long the adapter takes
        if (!isBusy && reported !== ota.announced && adapter.isBound)
            report.start()
    }
}
