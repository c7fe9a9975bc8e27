import * as ds from "@devicescript/core"
import { followRealTimeClock, reportClock, SocketArbiter } from "../net"
import { SystemSocket } from "../platform"
import type { Task } from "../tasks"
import { clock, system, tasks } from "./core"

/** Time between two queries of the address, ms. */
const POLL_MS = 1000

let arbiter: SocketArbiter

/** The arbiter of the VM's one socket, made at the first call. */
export function socketArbiter(): SocketArbiter {
    if (!arbiter) arbiter = new SocketArbiter(clock, new SystemSocket())
    return arbiter
}

/** Sets the wall clock by the bus's real-time clock (role `rtc`), and logs corrections. */
export function busClock(): void {
    reportTime()
    followRealTimeClock(clock)
}

/** Logs when the time becomes known, and when it is corrected by 10 s or more. */
export function reportTime(): void {
    reportClock(clock, system)
}

/**
 * Adds the task `network`, which other tasks may require: it is up while the board has an IP address.
 * It is a core task, so that logs of safe mode reach the collector.
 */
export function network(): void {
    tasks.add("network", followNetwork(), {
        core: true,
        notify: true,
        restart: "on-failure",
    })
}

/**
 * The body of the task `network`: marks the task as up while the board has an IP address, by the
 * Wi-Fi service of the bus (role `wifi`), which an ESP32's VM hosts itself. Without such a service,
 * the network counts as up 1 s after the start.
 */
export function followNetwork(): (task: Task) => Promise<void> {
    const wifi = new ds.Wifi("wifi")
    return async task => {
        let isUp = false
        while (true) {
            await task.sleep(POLL_MS)
            const now = !wifi.isBound || isAddress(await wifi.ipAddress.read())
            if (now === isUp) continue
            isUp = now
            task.log.notice(isUp ? "up" : "down")
            task.ready(isUp)
        }
    }
}

/** Whether there is an address: without one an ESP32 gives no bytes, other services give zeros. */
function isAddress(bytes: Buffer): boolean {
    for (let i = 0; i < bytes.length; ++i) if (bytes[i] > 0) return true
    return false
}
