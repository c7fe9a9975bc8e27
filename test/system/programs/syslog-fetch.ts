// A stream of numbered lines to syslog, as fast as the queue takes them without loss, beside a
// task that fetches a page from PAGE_PORT every EVERY ms, for FOR ms. Prints each fetch, and at
// the end how often the socket was used by two, and the account, after at most DRAIN_MS.
import * as ds from "@devicescript/core"
import { fetch } from "@devicescript/net"
import { SocketArbiter } from "../../../src/net"
import { spawn, SystemClock } from "../../../src/platform"
import { Rsyslogger } from "../../../src/syslog"
import { WatchedSocket } from "./watched-socket"
import { number } from "./support/number"

const port = await number("SYSLOG_PORT", 514)
const pagePort = await number("PAGE_PORT", 80)
const every = await number("EVERY", 5000)
const lasts = await number("FOR", 10000)
const drainMs = await number("DRAIN_MS", 20000)
const clock = new SystemClock()
const socket = new WatchedSocket()
const arbiter = new SocketArbiter(clock, socket)
const syslog = new Rsyslogger(
    { clock, arbiter },
    { host: "127.0.0.1", port, hostname: "board", procId: "1" },
    (level, message) => console.log(message)
)
syslog.start()
const end = clock.millis() + lasts
let fetching = true

const fetcher = async () => {
    while (clock.millis() < end) {
        await ds.sleep(every)
        const asked = clock.millis()
        let had = 0
        const size = await arbiter.borrow("page", async () => {
            had = clock.millis()
            socket.lend(true)
            const page = await fetch(`http://127.0.0.1:${pagePort}/page`)
            const { length } = await page.buffer()
            socket.lend(false)
            return length
        })
        const now = clock.millis()
        console.log(
            `fetched ${size} bytes, waited ${had - asked} ms, took ${now - had} ms`
        )
    }
    fetching = false
}
spawn(fetcher, e => console.log(`fetch failed: ${e}`))

const event = {
    time: 0,
    wall: undefined as number,
    level: 6,
    topic: "task.load",
    mark: undefined as string,
    message: "",
    meta: undefined as Record<string, any>,
}
let count = 0
while (clock.millis() < end || fetching) {
    event.time = clock.millis()
    for (let i = 0; i < 32; ++i) {
        event.message = `line ${++count} of a stream, whole`
        syslog.push(event)
    }
    await ds.sleep(0)
    while (
        syslog.stats().queuedBytes > 2048 &&
        (clock.millis() < end || fetching)
    )
        await ds.sleep(1)
}
const until = clock.millis() + drainMs
while (syslog.stats().queued > 0 && clock.millis() < until) await ds.sleep(5)
const { granted, revoked } = arbiter.leases()
console.log(`trespasses ${socket.trespasses}`)
console.log(`granted ${granted} revoked ${revoked}`)
console.log(`done ${JSON.stringify(syslog.stats())}`)
