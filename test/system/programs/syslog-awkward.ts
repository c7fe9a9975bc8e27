// Sends awkward events to the collector, from seed FROM to FROM + COUNT - 1, one at a time.
import * as ds from "@devicescript/core"
import { readSetting } from "@devicescript/settings"
import { SocketArbiter } from "../../../src/net"
import {
    escapeControls,
    SystemClock,
    SystemSocket,
} from "../../../src/platform"
import { Rsyslogger } from "../../../src/syslog"
import { awkwardEvent } from "../../vectors/awkward-events"
import { number } from "./support/number"

const host = "" + (await readSetting("SYSLOG_HOST", ""))
const port = await number("SYSLOG_PORT", 514)
const framing = await readSetting("SYSLOG_FRAME", "octet")
const from = await number("FROM", 0)
const count = await number("COUNT", 1000)
const clock = new SystemClock()
const socket = new SystemSocket()
const arbiter = new SocketArbiter(clock, socket)
const syslog = new Rsyslogger(
    { clock, arbiter },
    {
        host,
        port,
        framing: framing === "lf" ? "lf" : "octet",
        hostname: "höst {0} ]",
        procId: "boot 7",
        bom: framing === "bom",
        queueBytes: 16384,
    },
    (level, message) => console.log(message)
)
syslog.start()
for (let seed = from; seed < from + count; ++seed) {
    const event = awkwardEvent(seed)
    // as the log does
    event.message = escapeControls(event.message)
    syslog.push(event)
    while (syslog.stats().queuedBytes > 4096) await ds.sleep(1)
    if (seed % 16 === 0) await ds.sleep(0)
}
while (syslog.stats().queued > 0) await ds.sleep(5)
console.log(`done ${JSON.stringify(syslog.stats())}`)
