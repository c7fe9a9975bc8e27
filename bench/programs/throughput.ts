// Sends lines to a collector in several ways, round after round, and says on the console when
// each begins. The host counts the lines at the collector.
import * as ds from "@devicescript/core"
import { accountOf, INFO, LogSystem } from "../../src/log"
import { SocketArbiter } from "../../src/net"
import { SettingsFlash, SystemClock, SystemSocket } from "../../src/platform"
import { RsyslogHandler, Rsyslogger } from "../../src/syslog"
import { addSlowHandlers, ringLog } from "./stack"

const ROUNDS = 8
/** Lines of each way in a round; the host knows these numbers too. */
const LINES = 30000
const READY_LINES = 240000
/** Calls after which the rest of the VM gets a turn: its packets, thus the flash, and its host. */
const CALLS_A_TURN = 2000
/** A message as the log makes it, for writing without the log. */
const MESSAGE =
    '<134>1 - fiberd-SA11 speed - speed [meta sequenceId="1234" sysUpTime="12345"] measured 21 degrees, 12345'
const FRAME = `${MESSAGE.length} ${MESSAGE}`

const { _socketWrite } = ds as unknown as {
    _socketWrite(data: string): number
}
const clock = new SystemClock()
const socket = new SystemSocket()
const flash = new SettingsFlash()

async function setting(key: string): Promise<string> {
    return "" + JSON.parse((await flash.read(key)).toString())
}

const rsyslogger = new Rsyslogger(
    { clock, arbiter: new SocketArbiter(clock, socket) },
    {
        host: await setting("SYSLOG_HOST"),
        port: parseInt(await setting("SYSLOG_PORT")),
        hostname: "fiberd-SA11",
    },
    () => {}
)

/** Calls `call` for each line, `aSlice` times between two waits. */
async function send(
    way: string,
    count: number,
    aSlice: number,
    call: (i: number) => void
): Promise<void> {
    await ds.sleep(200)
    console.log(`begin ${way}`)
    // the line is to be out of the VM's process before the calls begin
    await ds.sleep(10)
    let turn = CALLS_A_TURN
    for (let i = 0; i < count;) {
        for (let n = 0; n < aSlice && i < count; ++n) call(i++)
        await ds.sleep(i < turn ? 0 : 1)
        if (i >= turn) turn += CALLS_A_TURN
    }
    while (rsyslogger.stats().queuedBytes > 0) await ds.sleep(1)
    console.log(`end ${rsyslogger.stats().dropped}`)
}

const direct = new LogSystem(clock)
direct.addHandler("syslog", new RsyslogHandler(rsyslogger), {
    level: INFO,
    burst: null,
})
const all = ringLog(clock)
const file = addSlowHandlers(all, clock, flash, rsyslogger)
const toSyslog = direct.logger("speed")
const toAll = all.logger("speed")
const batch = [FRAME, FRAME, FRAME, FRAME, FRAME, FRAME, FRAME, FRAME].join("")
while (!rsyslogger.stats().connected) await ds.sleep(20)

for (let round = 0; round < ROUNDS; ++round) {
    await send("raw", READY_LINES, 2000, () => _socketWrite(FRAME))
    await send("batch", READY_LINES / 8, 500, () => _socketWrite(batch))
    await send("syslog", LINES, 200, i =>
        toSyslog.info("measured {0} degrees, {1}", 21, i)
    )
    await send("all", LINES, 80, i =>
        toAll.info("measured {0} degrees, {1}", 21, i)
    )
}
console.log(`file ${JSON.stringify(accountOf(file.queue))}`)
console.log("done")
