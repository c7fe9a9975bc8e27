// Takes updates from messages of a cloud adapter, and sends reports to it. Messages are small, so
// a file comes in parts; the cloud sends them again until the board reports the version.
import * as ds from "@devicescript/core"
import { PartCollector } from "./parts"
import type { OtaLink } from "./task"
import {
    holdFile,
    isSettled,
    offerFile,
    Ota,
    otaStatus,
    receivingProblem,
} from "./updater"

/** Topic of the messages in both directions. */
export const OTA_TOPIC = "ota"
/** The cloud among the senders of files. */
const CLOUD = "cloud"
/** Longest part, in bytes: a packet carries 236, and JSON escapes line ends and quotes. */
export const MAX_PART_BYTES = 170
/** Longest report, in bytes: a packet has 236 with the topic and a zero, and the VM cuts what is longer. */
const MAX_REPORT_BYTES = 232
/** Characters that are taken off a reason at a time, until its report fits. */
const REASON_STEP = 8

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
    const adapter = new ds.CloudAdapter("cloud")
    let reported = 0
    let isBusy = false
    adapter.onJson.subscribe(async (message: string[]) => {
        const [topic, json] = message
        if (topic === OTA_TOPIC) await takeMessage(ota, json)
    })
    const report = async () => {
        const { announced } = ota
        isBusy = true
        try {
            // without a connection it drops what it gets
            if (await adapter.connected.read()) {
                await adapter.uploadJson(OTA_TOPIC, reportText(ota))
                reported = announced
            }
        } catch (e: any) {
            // the adapter is gone: reported again when one is there
        }
        isBusy = false
    }
    return async () => {
        // in a separate fiber, as the adapter may take any time
        if (!isBusy && reported !== ota.announced && adapter.isBound)
            report.start()
    }
}

/**
 * Takes a part of a file, unless the bus or a source brings one: the cloud sends it again. What is no
 * part of a file is ignored.
 */
export async function takeMessage(ota: Ota, json: string): Promise<void> {
    if (!isSettled(ota) || receivingProblem(ota, CLOUD)) return
    const { received } = ota
    const collector =
        received instanceof PartCollector ? received : new PartCollector()
    try {
        const { v, o, t, d } = JSON.parse(json) as PartMessage
        if (d.byteLength > MAX_PART_BYTES) return
        const pieces = collector.add(v, o, t, Buffer.from(d))
        if (collector.count > 0) holdFile(ota, CLOUD, collector)
        if (!pieces) return
        ota.received = undefined
        await offerFile(ota, pieces)
    } catch (e: any) {
        // the message is not a part of a file
    }
}

/** The state as JSON, without the end of a reason that is too long. */
function reportText(ota: Ota): string {
    const status = otaStatus(ota)
    let text = JSON.stringify(status)
    while (text.byteLength > MAX_REPORT_BYTES) {
        const { reason } = status
        status.reason = reason.slice(0, reason.length - REASON_STEP)
        text = JSON.stringify(status)
    }
    return text
}
