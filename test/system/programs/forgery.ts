// Logs COUNT messages that try to be more than one line, to console, ring, flash log and collector.
// It checks ring and flash log itself; the host checks console and collector by `forgedText`.
import * as ds from "@devicescript/core"
import { readSetting } from "@devicescript/settings"
import { FileRotationHandler } from "../../../src/flashlog"
import { ConsoleHandler, LogSystem, RingHandler } from "../../../src/log"
import { SocketArbiter } from "../../../src/net"
import { SystemClock, SystemSocket } from "../../../src/platform"
import { Rsyslogger, RsyslogHandler } from "../../../src/syslog"
import { MemoryFlash } from "../../../src/testing"
import { forgedText } from "../../vectors/forgeries"

/** A setting that is a number: the tool keeps some as text. */
async function number(key: string): Promise<number> {
    return parseInt("" + (await readSetting(key, 0)))
}

/** What may wait in the queues, so that nothing is dropped, in bytes. */
const CALM_BYTES = 1024
/** Messages between two looks at the flash log. */
const PER_LOOK = 20

const count = await number("COUNT")
const clock = new SystemClock()
const socket = new SystemSocket()
const syslog = new Rsyslogger(
    { clock, arbiter: new SocketArbiter(clock, socket) },
    {
        host: "" + (await readSetting("SYSLOG_HOST", "")),
        port: await number("SYSLOG_PORT"),
        framing: (await readSetting("SYSLOG_FRAME", "octet")) as "octet" | "lf",
        hostname: "forger",
    },
    () => {}
)
const log = new LogSystem(clock, "info", 0)
const ring = new RingHandler(2048)
const file = new FileRotationHandler("all.log", 1200, {
    flash: new MemoryFlash(),
    clock,
    flushLevel: -1,
})
log.addHandler("console", new ConsoleHandler())
log.addHandler("ring", ring)
log.addHandler("file", file, { level: 6 })
log.addHandler("syslog", new RsyslogHandler(syslog))
const logger = log.logger("x")

/** Ends the program: a handler does not hold what was logged. */
function missed(i: number, way: string, got: string): void {
    throw new Error(`message ${i}, ${way}: ${got}`)
}

for (let i = 0; i < count; ++i) {
    const text = forgedText(i)
    // as the message itself, and as an argument of one
    if (i % 2 > 0 && !text.includes("{0}")) logger.info(text)
    else logger.info("{0}", text)
    const end = ` end ${i}`
    const [line] = ring.tail(1)
    if (ring.next() !== i + 1 || !line.endsWith(end)) missed(i, "ring", line)
    if (i % PER_LOOK === 0) {
        await file.flush()
        const kept = await file.files.tail(2)
        const last = kept[kept.length - 1]
        const other = kept.length > 1 ? kept[0] : ` end ${i - 1}`
        if (!last.endsWith(end) || !other.endsWith(` end ${i - 1}`))
            missed(i, "file", kept.join(" | "))
    }
    while (syslog.stats().queuedBytes > CALM_BYTES) await ds.sleep(1)
    await ds.sleep(0)
}
while (syslog.stats().queued > 0) await ds.sleep(5)
for (const info of log.handlers()) {
    const { received, dropped } = info.account
    if (received !== count || dropped > 0)
        missed(count, info.name, `${received} received, ${dropped} dropped`)
}
console.log(`done ${JSON.stringify(syslog.stats())}`)
