import type { SyslogClient } from "./client"
import { format } from "./format"
import { frame } from "./framing"
import { describe } from "./message"
import { MAX_SEQUENCE, waitingCount } from "./outbox"

/** Topic of the records about syslog itself. */
export const SYSLOG_TOPIC = "net.syslog"
const WARNING = 4

/**
 * A record of our own that declares the records that were dropped; it stands under the last
 * missing sequenceId.
 */
export function declareGap(client: SyslogClient): Buffer {
    const { clock, outbox: out } = client
    const dropped = out.gap
    const last = sequenceBefore(out.sequence, waitingCount(out))
    const first = sequenceBefore(last, dropped - 1)
    const message = `${dropped} records dropped, sequenceId ${first} to ${last}: the queue was full`
    const event = {
        time: clock.millis(),
        wall: clock.wall(),
        level: WARNING,
        topic: SYSLOG_TOPIC,
        mark: undefined as string,
        message,
        meta: { dropped, first, last },
    }
    describe(client, event, last)
    const text = format("{0}{1}{2}{3}", out.head, last, out.tail, message)
    return Buffer.from(frame(text, out.lines))
}

/** The sequenceId `steps` before another: MAX_SEQUENCE is before 1. */
function sequenceBefore(sequence: number, steps: number): number {
    const earlier = sequence - steps
    return earlier < 1 ? earlier + MAX_SEQUENCE : earlier
}
