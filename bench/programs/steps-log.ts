// What a call of the log and of its parts takes, in steps of the VM.
import * as ds from "@devicescript/core"
import {
    ConsoleHandler,
    INFO,
    LINE_FORMATTER,
    LogRecord,
    LogSystem,
    STOP,
    topicFilter,
} from "../../src/log"
import { SocketArbiter } from "../../src/net"
import { MemoryFlash } from "../../src/testing"
import { SystemClock } from "../../src/platform"
import { Rsyslogger, RsyslogHandler } from "../../src/syslog"
import { measure, measuredName } from "./count"
import { NullSocket } from "./null-socket"
import { addSlowHandlers, ringLog } from "./stack"

/** The VM's formatter, as it is. */
const nativeFormat: (text: string, a: number, b: number) => string = (ds as any)
    .format

const clock = new SystemClock()

const RECORD: LogRecord = {
    time: 1234,
    wall: undefined,
    level: INFO,
    topic: "task.sensor",
    mark: "sensor.service",
    name: "sensor.service",
    message: "measured 21 degrees",
    meta: undefined,
}

type Loop = (count: number) => void

function enabled(log: LogSystem): Loop {
    const logger = log.logger("task.sensor")
    return count => {
        for (let i = 0; i < count; ++i)
            logger.info("measured {0} degrees, run {1}", 21, i)
    }
}

/** A client whose collector takes everything, once it has been started. */
function client(): Rsyslogger {
    const socket = new NullSocket()
    return new Rsyslogger(
        { clock, arbiter: new SocketArbiter(clock, socket) },
        { host: "collector", hostname: "fiberd-SA11" },
        () => {}
    )
}

/** How long a connection must hold until sent lines leave the ring, in ms, plus a margin. */
const HELD_MS = 2100

/** Sending takes other steps than queueing, and fewer once the connection has held. */
async function connected(): Promise<Rsyslogger> {
    const rsyslogger = client()
    rsyslogger.start()
    while (!rsyslogger.stats().connected) await ds.sleep(1)
    await ds.sleep(HELD_MS)
    return rsyslogger
}

/** The log without handlers' work: what every record takes. */
function idleLog(): LogSystem {
    const log = new LogSystem(clock)
    log.addHandler("idle", { emit: () => {} }, { formatter: null, burst: null })
    return log
}

function push(rsyslogger: Rsyslogger): Loop {
    return count => {
        for (let i = 0; i < count; ++i) rsyslogger.push(RECORD)
    }
}

async function syslogLog(): Promise<LogSystem> {
    const log = new LogSystem(clock)
    log.addHandler("syslog", new RsyslogHandler(await connected()))
    return log
}

/** Console, ring, flash log, light and syslog, all of which take the records. */
async function fullLog(): Promise<LogSystem> {
    const log = ringLog(clock)
    log.addHandler("console", new ConsoleHandler())
    addSlowHandlers(log, clock, new MemoryFlash(), await connected())
    return log
}

function disabled(): Loop {
    const logger = ringLog(clock).logger("task.sensor")
    return count => {
        for (let i = 0; i < count; ++i)
            logger.debug("measured {0} degrees, run {1}", 21, i)
    }
}

function filter(): Loop {
    const tested = topicFilter("net.*", STOP)
    return count => {
        for (let i = 0; i < count; ++i) tested.filter(RECORD)
    }
}

function formatLine(count: number): void {
    for (let i = 0; i < count; ++i) LINE_FORMATTER.format(RECORD)
}

/** Pushes whose header is made again each time. */
function encode(rsyslogger: Rsyslogger): Loop {
    const other = Object.assign({}, RECORD)
    other.topic = "task.pump"
    return count => {
        for (let i = 0; i < count; i += 2) {
            rsyslogger.push(RECORD)
            rsyslogger.push(other)
        }
    }
}

function formatNatively(count: number): void {
    for (let i = 0; i < count; ++i)
        nativeFormat("measured {0} degrees, run {1}", 21, i)
}

function writeConsole(count: number): void {
    for (let i = 0; i < count; ++i) console.log("measured 21 degrees")
}

function nothing(count: number): void {
    for (let i = 0; i < count; ++i);
}

async function loopOf(name: string): Promise<Loop> {
    if (name === "disabled") return disabled()
    if (name === "ring") return enabled(ringLog(clock))
    if (name === "idle") return enabled(idleLog())
    if (name === "push") return push(await connected())
    if (name === "push-away") return push(client())
    if (name === "syslog") return enabled(await syslogLog())
    if (name === "all") return enabled(await fullLog())
    if (name === "filter") return filter()
    if (name === "format") return formatLine
    if (name === "encode") return encode(await connected())
    if (name === "native-format") return formatNatively
    if (name === "console") return writeConsole
    if (name === "nothing") return nothing
    throw new RangeError(`"${name}" cannot be measured`)
}

await measure(await loopOf(measuredName()))
