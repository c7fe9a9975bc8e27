import * as ds from "@devicescript/core"
import { ERROR, Level, WARNING } from "../log"
import { CURSOR_SLOT, FlashSlots } from "../platform"
import { SyslogEvent } from "./message"
import { Rsyslogger } from "./rsyslogger"

/** Topic under which lines of earlier runs are sent. */
export const LATE_TOPIC = "late"
/** What their events have in common, as JSON. */
const LATE = '{"topic":"late", "meta":{"late":"1"}}'
/** Message for lines that were overwritten before their turn came; their number goes in front. */
const OVERWRITTEN =
    " lines of earlier runs were overwritten before they could be sent"
/** Most bytes in the queue when a late line is added: live records need room too. */
const ROOM_BYTES = 2048
/** Time between two looks at the queue, ms. */
const POLL_MS = 50

/** Waits for some ms; what it throws ends the forwarding. */
type Sleep = (ms: number) => Promise<void>

/** Cursor of the last line that was queued since the start: a further call must not queue it again. */
let queued = -1

/** A line of the flash log. */
export interface LateLine {
    text: string
    level: number
    /** Seconds: Unix time when `wall`, else uptime. */
    time: number
    wall: boolean
    /** Position of this line in the log: rises from line to line, across resets. */
    cursor: number
    /** Whether it was logged since the start: this run sends it live. */
    isOfThisRun: boolean
}

/** What late lines are read from: the `files` of a `FileRotationHandler`. */
export interface LateSource {
    /** Visits the lines after a cursor, oldest first, until `visit` returns false. */
    since(
        cursor: number,
        visit: (line: LateLine) => Promise<boolean | void>
    ): Promise<void>
}

/**
 * Sends the lines of level error and worse that earlier runs left in the flash log, each
 * once, with the parameter `late="1"`. A line that was delivered live before the reset is sent
 * again, since flash does not record deliveries. Call it at start; it waits for the collector.
 * Lines that are overwritten meanwhile are declared by one record of level warning, with their
 * number. Does nothing while no host is set. For one flash log of a program only, as flash has one cursor.
 *
 * Flash: one write, if the log has new lines, once all records queued by then have been delivered
 * or dropped. After a reset or a stop before that the same lines are sent again.
 * @param sleep its waits: `task.sleep` of a task, which can be stopped then while the collector is away
 * @returns how many lines were queued to be sent
 */
export async function forwardLate(
    file: LateSource,
    flash: FlashSlots,
    rsyslogger: Rsyslogger,
    sleep = ds.sleep
): Promise<number> {
    if (!rsyslogger.stats().target) return 0
    const stored = await flash.read(CURSOR_SLOT)
    const last = stored ? parseInt(stored.toString()) : -1
    const from = Math.max(last, queued)
    let end = from
    let wanted = 0
    // none while they are counted
    let count: number
    const visit = async (line: LateLine) => {
        if (line.isOfThisRun) return false
        end = line.cursor
        if (line.level > ERROR) return true
        if (count >= 0) {
            await send(rsyslogger, line, sleep)
            queued = end
            count++
        } else wanted++
        return true
    }
    await file.since(from, visit)
    count = 0
    await file.since(from, visit)
    if (end === last) return 0
    const lost = wanted - count
    if (lost > 0)
        await send(
            rsyslogger,
            { text: lost + OVERWRITTEN, level: WARNING },
            sleep
        )
    // until all records taken so far have been delivered or dropped
    const { received } = rsyslogger.stats()
    while (true) {
        const { delivered, dropped } = rsyslogger.stats()
        if (delivered + dropped >= received) break
        await sleep(POLL_MS)
    }
    await flash.write(CURSOR_SLOT, Buffer.from("" + end))
    return count
}

/** Queues a line when there is room for it beside live records. */
async function send(
    rsyslogger: Rsyslogger,
    line: Pick<LateLine, "text" | "level"> & Partial<LateLine>,
    sleep: Sleep
): Promise<void> {
    while (rsyslogger.stats().queuedBytes > ROOM_BYTES) await sleep(POLL_MS)
    const event: SyslogEvent = JSON.parse(LATE)
    event.time = ds.millis()
    if (line.wall) event.wall = line.time * 1000
    event.level = line.level
    event.message = line.text
    rsyslogger.push(event)
}
