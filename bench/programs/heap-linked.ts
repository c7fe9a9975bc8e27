// Links all of the library and uses nothing of it: the heap that linked code takes by itself.
import * as ds from "@devicescript/core"
import {
    beat,
    BuzzerHeartBeat,
    HeartBeatHandler,
    LedHeartBeat,
} from "../../src/heartbeat"
import { ConsoleHandler, LogSystem, RingHandler } from "../../src/log"
import { FileRotationHandler } from "../../src/flashlog"
import { followRealTimeClock, SocketArbiter } from "../../src/net"
import { SettingsFlash, SystemClock, SystemSocket } from "../../src/platform"
import { firmwareSettings, loadSettings } from "../../src/settings"
import { Rsyslogger, RsyslogHandler } from "../../src/syslog"
import { TaskRegistry } from "../../src/tasks"
import { takeHeap } from "./probe"

/** Never called, which the compiler cannot know. */
async function useAll(): Promise<void> {
    const clock = new SystemClock()
    const flash = new SettingsFlash()
    const socket = new SystemSocket()
    const settings = await loadSettings(flash, firmwareSettings())
    const log = new LogSystem(clock, settings.get("LOG_LEVEL"))
    const led = new LedHeartBeat(new ds.LightBulb())
    const rsyslogger = new Rsyslogger(
        { clock, arbiter: new SocketArbiter(clock, socket) },
        { host: settings.get("SYSLOG_HOST") },
        (level, text) => log.logger("net").log(level, text)
    )
    log.addHandler("console", new ConsoleHandler())
    log.addHandler("ring", new RingHandler(2048))
    log.addHandler(
        "file",
        new FileRotationHandler("error.log", 1800, { flash, clock })
    )
    log.addHandler("led", new HeartBeatHandler(led))
    log.addHandler(
        "buzzer",
        new HeartBeatHandler(new BuzzerHeartBeat(new ds.Buzzer()))
    )
    log.addHandler("syslog", new RsyslogHandler(rsyslogger))
    followRealTimeClock(clock)
    settings.subscribe("LOG_LEVEL", () =>
        log.setSpec(settings.get("LOG_LEVEL"))
    )
    const tasks = new TaskRegistry({ log, clock, flash })
    tasks.add("heartbeat", () => beat([led]), { every: 5000, core: true })
}

if (ds.millis() < 0) await useAll()
takeHeap()
