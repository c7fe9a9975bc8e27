// A log storm on the parts of the reference firmware except its settings and its boot journal, for
// which there is no room beside the code of this program. A task asks for the status of another
// one meanwhile. At the end the program allocates the heap that is left.
import * as ds from "@devicescript/core"
import { startBoard } from "../../boards/esp32_devkit_c"
import {
    beat,
    BuzzerHeartBeat,
    HeartBeatHandler,
    LedHeartBeat,
} from "../../src/heartbeat"
import { ConsoleHandler, ERROR, LogSystem, RingHandler } from "../../src/log"
import { FileRotationHandler } from "../../src/flashlog"
import { followRealTimeClock, SocketArbiter } from "../../src/net"
import { SettingsFlash, SystemClock, SystemSocket } from "../../src/platform"
import { Rsyslogger, RsyslogHandler } from "../../src/syslog"
import { Task, TaskRegistry } from "../../src/tasks"
import { play, readOrder, tell } from "./load"
import { takeHeap } from "./probe"

const PERIOD_MS = 250
const HEARTBEAT_MS = 5000

const clock = new SystemClock()
const flash = new SettingsFlash()
const socket = new SystemSocket()
const log = new LogSystem(clock)
const ring = new RingHandler(2048)
log.addHandler("console", new ConsoleHandler())
log.addHandler("ring", ring)
log.addHandler(
    "file",
    new FileRotationHandler("error.log", 1400, { flash, clock }),
    { level: ERROR }
)
const board = startBoard()
const led = new LedHeartBeat(board.led)
const buzzer = new BuzzerHeartBeat(board.buzzer)
log.addHandler("led", new HeartBeatHandler(led))
log.addHandler("buzzer", new HeartBeatHandler(buzzer))
const rsyslogger = new Rsyslogger(
    { clock, arbiter: new SocketArbiter(clock, socket) },
    {
        host: "127.0.0.1",
        port: parseInt(
            JSON.parse((await flash.read("SYSLOG_PORT")).toString())
        ),
        hostname: "fiberd-SA11",
    },
    (level, message) => log.logger("net.syslog").log(level, "{0}", message)
)
log.addHandler("syslog", new RsyslogHandler(rsyslogger))
followRealTimeClock(clock)
const tasks = new TaskRegistry({ log, clock, flash, lines: ring })
tasks.add("heartbeat", () => beat([led, buzzer]), {
    every: HEARTBEAT_MS,
    core: true,
})

let slowest = 0

/** Asks for the status of a task every period, and records how late the answer is at worst. */
async function probe(task: Task): Promise<void> {
    while (true) {
        const asked = ds.millis()
        await task.sleep(PERIOD_MS)
        const [status] = tasks.status("pulse")
        if (status.name !== "pulse") throw new Error("no status")
        slowest = Math.max(slowest, ds.millis() - asked - PERIOD_MS)
    }
}

tasks.add("probe", probe)
await play(tasks, await readOrder(flash))
log.handlers().forEach(({ name, account }) =>
    console.log(`account ${name} ${JSON.stringify(account)}`)
)
tell(slowest)
takeHeap()
