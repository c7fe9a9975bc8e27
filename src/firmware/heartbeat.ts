import type * as ds from "@devicescript/core"
import {
    beat,
    BuzzerHeartBeat,
    HeartBeat,
    HeartBeatHandler,
    LedHeartBeat,
} from "../heartbeat"
import { followSettings, HEARTBEAT_SETTINGS, Settings } from "../settings"
import type { Plan } from "../tasks"
import { log, tasks } from "./core"

let led: HeartBeat
let buzzer: HeartBeat

/** The devices of a board that the heartbeat uses. */
export interface BoardDevices {
    led: ds.LightBulb
    buzzer: ds.Buzzer
}

/**
 * Shows by LED and buzzer what is logged and, by the task `heartbeat`, that the program is running.
 * @param devices what `startBoard` of a board file returns
 */
export function heartbeat(
    settings: Settings<typeof HEARTBEAT_SETTINGS>,
    devices: BoardDevices
): void {
    led = new LedHeartBeat(devices.led)
    buzzer = new BuzzerHeartBeat(devices.buzzer)
    log.addHandler("led", new HeartBeatHandler(led))
    log.addHandler("buzzer", new HeartBeatHandler(buzzer))
    followSettings(settings, "level=HB_LEVEL", options => {
        log.configureHandler("led", options)
        log.configureHandler("buzzer", options)
    })
    tasks.add("heartbeat", () => beat([led, buzzer]), {
        core: true,
        autostart: false,
    })
    followSettings(settings, "every=HB_PERIOD", (plan: Plan) => {
        if (plan.every > 0) tasks.schedule("heartbeat", plan)
        else tasks.unschedule("heartbeat")
    })
}
