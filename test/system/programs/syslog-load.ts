// Logs COUNT numbered lines to syslog, RATE a second (0: as fast as the queue takes them without
// loss), and prints at the end how late a task was that wakes every 20 ms (`jitter MS`), how often
// it found the account wrong (`wrong N`), and the account (`done {...}`). With FIX, the host
// becomes 127.0.0.1 after FIX lines. With LONG, each LONG-th line has more than 1,200 bytes.
// With FEED, reports about the connection are sent as well, as the firmware does.
import * as ds from "@devicescript/core"
import { readSetting } from "@devicescript/settings"
import { SocketArbiter } from "../../../src/net"
import { SystemClock, SystemSocket, spawn } from "../../../src/platform"
import {
    Rsyslogger,
    SYSLOG_TOPIC,
    SyslogFraming,
    SyslogProto,
} from "../../../src/syslog"
import { number } from "./support/number"

const host = "" + (await readSetting("SYSLOG_HOST", ""))
const port = await number("SYSLOG_PORT", 514)
const proto = await readSetting("SYSLOG_PROTO", "tcp")
const framing = await readSetting("SYSLOG_FRAME", "octet")
const hostname = "" + (await readSetting("HOSTNAME", "board"))
const procId = "" + (await readSetting("BOOT", "1"))
const count = await number("COUNT", 1000)
const rate = await number("RATE", 0)
// 0: as it comes
const queueBytes = await number("QUEUE", 0)
const windowBytes = await number("WINDOW", 0)
const fix = await number("FIX", 0)
const long = await number("LONG", 0)
const feed = await number("FEED", 0)
const minMs = await number("BACK_MIN", 100)
const maxMs = await number("BACK_MAX", 1000)
const connectMs = await number("CONNECT_MS", 2000)
/** How long to wait at the end for what is queued. */
const drainMs = await number("DRAIN_MS", 20000)
/** Period of the watched task. */
const BEAT_MS = 20
/** What waits at most when nothing may be lost, bytes: what the window leaves of the queue. */
const CALM_BYTES = 2048
/** What a long line has besides, bytes. */
const LONG_BYTES = 1200

const clock = new SystemClock()
const socket = new SystemSocket()
const arbiter = new SocketArbiter(clock, socket)
const syslog = new Rsyslogger(
    { clock, arbiter },
    {
        host,
        port,
        proto: proto as SyslogProto,
        framing: framing as SyslogFraming,
        hostname,
        procId,
        queueBytes: queueBytes > 0 ? queueBytes : undefined,
        windowBytes: windowBytes > 0 ? windowBytes : undefined,
        connectMs,
        backoff: { minMs, maxMs },
    },
    (level, message) => {
        console.log(message)
        if (feed > 0) push(level, SYSLOG_TOPIC, message)
    }
)
syslog.start()

let filler = "long "
while (filler.length < LONG_BYTES) filler += filler

function push(level: number, topic: string, message: string): void {
    syslog.push({
        time: clock.millis(),
        wall: undefined,
        level,
        topic,
        mark: undefined,
        message,
        meta: undefined,
    })
}

let worst = 0
let wrong = 0
const beat = async () => {
    while (true) {
        const before = clock.millis()
        await ds.sleep(BEAT_MS)
        worst = Math.max(worst, clock.millis() - before - BEAT_MS)
        const { received, delivered, queued, dropped } = syslog.stats()
        if (received !== delivered + queued + dropped) wrong++
    }
}
spawn(beat, e => console.log("beat failed"))

async function pace(sent: number, since: number): Promise<void> {
    if (rate > 0) {
        const due = since + (sent * 1000) / rate
        while (clock.millis() < due) await ds.sleep(due - clock.millis())
        return
    }
    while (syslog.stats().queuedBytes > CALM_BYTES) await ds.sleep(1)
    if (sent % 32 === 0) await ds.sleep(0)
}

const since = clock.millis()
for (let n = 1; n <= count; ++n) {
    const more = long > 0 && n % long === 0 ? filler : ""
    push(6, "task.load", `line ${n} of a test, ${more}whole`)
    if (n === fix) {
        console.log("fixed")
        syslog.configure({ host: "127.0.0.1" })
    }
    await pace(n, since)
}
const until = clock.millis() + drainMs
while (syslog.stats().queued > 0 && clock.millis() < until) await ds.sleep(5)
console.log(`jitter ${worst}`)
console.log(`wrong ${wrong}`)
console.log(`done ${JSON.stringify(syslog.stats())}`)
