// What a call of the log and of its parts takes, in steps of the VM.
import {
    INFO,
    LINE_FORMATTER,
    LogRecord,
    LogSystem,
    STOP,
    topicFilter,
} from "../../src/log"
import {
    ConsoleHandler,
    FileRotationHandler,
    HeartBeatHandler,
    RingHandler,
    RsyslogHandler,
} from "../../src/log/handlers"
import { LedHeartBeat } from "../../src/heartbeat"
import { MessageEncoder, Rsyslogger, SocketArbiter } from "../../src/net"
import { MemoryFlash, SystemClock } from "../../src/platform"
import { countSteps, measuredName } from "./count"
import { NullSocket } from "./null-socket"

const clock = new SystemClock()

const RECORD: LogRecord = {
    time: 1234,
    wall: undefined,
    level: INFO,
    topic: "task.sensor",
    mark: "sensor.service",
    message: "measured 21 degrees",
    meta: undefined,
}

function logCall(log: LogSystem): (i: number) => void {
    const logger = log.logger("task.sensor")
    return i => logger.info("measured {0} degrees, run {1}", 21, i)
}

function ringLog(): LogSystem {
    const log = new LogSystem(clock)
    log.addHandler("ring", new RingHandler(2048))
    return log
}

/** Console, ring, flash log, light and syslog, all of which take the records. */
function fullLog(): LogSystem {
    const log = ringLog()
    const socket = new NullSocket()
    const light = { isBound: true, intensity: { write: async () => {} } }
    log.addHandler("console", new ConsoleHandler())
    log.addHandler(
        "file",
        new FileRotationHandler("error.log", 1800, {
            flash: new MemoryFlash(),
            clock,
            queueBytes: 8192,
            queueEntries: 100,
        }),
        { level: INFO }
    )
    log.addHandler("led", new HeartBeatHandler(new LedHeartBeat(light)))
    const rsyslogger = new Rsyslogger(
        { clock, socket, arbiter: new SocketArbiter(clock, socket) },
        { host: "collector", hostname: "fiberd-SA11" },
        () => {}
    )
    log.addHandler("syslog", new RsyslogHandler(rsyslogger))
    return log
}

function disabled(): (i: number) => void {
    const logger = ringLog().logger("task.sensor")
    return i => logger.debug("measured {0} degrees, run {1}", 21, i)
}

function filter(): () => void {
    const tested = topicFilter("net.*", STOP)
    return () => tested.filter(RECORD)
}

function encode(): (i: number) => void {
    const encoder = new MessageEncoder({
        hostname: "fiberd-SA11",
        facility: 16,
        appName: undefined,
        procId: "7",
        maxBytes: 2048,
        singleLine: false,
        bom: false,
        enterprise: 32473,
    })
    return i => encoder.encode(RECORD, i + 1)
}

const name = measuredName()
if (name === "disabled") await countSteps(disabled())
else if (name === "ring") await countSteps(logCall(ringLog()))
else if (name === "all") await countSteps(logCall(fullLog()))
else if (name === "filter") await countSteps(filter())
else if (name === "format")
    await countSteps(() => LINE_FORMATTER.format(RECORD))
else if (name === "encode") await countSteps(encode())
else if (name === "nothing") await countSteps(() => {})
else throw new RangeError(`"${name}" cannot be measured`)
