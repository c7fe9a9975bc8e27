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
/** Lines after it, as they were counted first: those that are gone when all others are sent are declared. */
let unsent = 0

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
 * Flash: one write, if there were such lines, once all records queued by then have been delivered
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
    const last = stored ? +stored.toString() : -1
    queued = Math.max(last, queued)
    // none while they are counted
    let count: number
    const visit = async (line: LateLine) => {
        if (line.isOfThisRun) return false
        if (line.level > ERROR) return true
        if (count >= 0) {
            const wall = line.wall ? line.time * 1000 : undefined
            await send(rsyslogger, sleep, line.level, line.text, wall)
            queued = line.cursor
            count++
            unsent--
        } else unsent++
        return true
    }
    // an earlier call that was stopped has counted them
    if (unsent === 0) await file.since(queued, visit)
    count = 0
    await file.since(queued, visit)
    if (unsent > 0) {
        await send(rsyslogger, sleep, WARNING, unsent + OVERWRITTEN)
        unsent = 0
    }
    if (queued === last) return 0
    // until all records taken so far have been delivered or dropped
    let stats = rsyslogger.stats()
    const { received } = stats
    while (stats.delivered + stats.dropped < received) {
        await sleep(POLL_MS)
        stats = rsyslogger.stats()
    }
    await flash.write(CURSOR_SLOT, Buffer.from("" + queued))
    return count
}

/** Queues a line when there is room for it beside live records. */
async function send(
    rsyslogger: Rsyslogger,
    sleep: Sleep,
    level: Level,
    message: string,
    wall?: number
): Promise<void> {
    while (rsyslogger.stats().queuedBytes > ROOM_BYTES) await sleep(POLL_MS)
    const event: SyslogEvent = JSON.parse(LATE)
    event.time = ds.millis()
    event.level = level
    event.wall = wall
    event.message = message
    rsyslogger.push(event)
}
