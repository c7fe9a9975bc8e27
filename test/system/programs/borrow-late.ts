// Numbered lines to syslog beside borrowers with `@devicescript/net`. One leaves its connection open to
// the next one, and one leaves a handler of the socket behind that throws. Then one goes on after its time: it fetches pages from PAGE_PORT one after the other,
// and an error of one does not end it.
import * as ds from "@devicescript/core"
import { connect, fetch } from "@devicescript/net"
import { SocketArbiter } from "../../../src/net"
import { spawn, SystemClock, SystemSocket } from "../../../src/platform"
import { Rsyslogger } from "../../../src/syslog"
import { number } from "./support/number"

const port = await number("SYSLOG_PORT", 514)
const pagePort = await number("PAGE_PORT", 80)
const count = await number("COUNT", 100)
const clock = new SystemClock()
const socket = new SystemSocket()
const arbiter = new SocketArbiter(clock, socket)
const syslog = new Rsyslogger(
    { clock, arbiter },
    {
        host: "127.0.0.1",
        port,
        hostname: "board",
        procId: "1",
        backoff: { minMs: 50, maxMs: 200 },
    },
    (level, message) => console.log(message)
)
syslog.start()

const fetchAll = async () => {
    for (let page = 0; page < 5; ++page)
        try {
            await fetch(`http://127.0.0.1:${pagePort}/page`)
        } catch (e: any) {
            console.log(`page ${page} failed`)
            await ds.sleep(700)
        }
}
const leaveOpen = async () => {
    await connect({ host: "127.0.0.1", port: pagePort })
}
const throwAtClose = async () => {
    await connect({ host: "127.0.0.1", port: pagePort })
    const vm = ds as unknown as { _socketOnEvent: () => void }
    vm._socketOnEvent = () => {
        throw new Error("thrown by a handler")
    }
}
const fetchNext = async () => {
    const response = await fetch(`http://127.0.0.1:${pagePort}/next`)
    console.log(`next: ${await response.text()}`)
}
spawn(
    async () => {
        await ds.sleep(500)
        spawn(async () => await arbiter.borrow("leaver", leaveOpen))
        await ds.sleep(10)
        await arbiter.borrow("thrower", throwAtClose)
        await arbiter.borrow("next", fetchNext)
        await arbiter.borrow("pages", fetchAll, 600)
    },
    e => console.log(`borrower: ${e}`)
)

for (let n = 1; n <= count; ++n) {
    syslog.push({
        time: clock.millis(),
        wall: undefined,
        level: 6,
        topic: "task.load",
        mark: undefined,
        message: `line ${n} of a test, whole`,
        meta: undefined,
    })
    await ds.sleep(50)
}
const until = clock.millis() + 20000
while (syslog.stats().queued > 0 && clock.millis() < until) await ds.sleep(5)
console.log(`done ${JSON.stringify(syslog.stats())}`)
