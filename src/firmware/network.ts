import * as ds from "@devicescript/core"
import { followRealTimeClock, reportClock, SocketArbiter } from "../net"
import { SystemSocket } from "../platform"
import type { Task } from "../tasks"
import { clock, system, tasks } from "./core"

/** How often the address is asked for, ms. */
const POLL_MS = 1000

let arbiter: SocketArbiter

/** Who has the VM's one socket: made when a part asks for it first. */
export function socketArbiter(): SocketArbiter {
    if (!arbiter) arbiter = new SocketArbiter(clock, new SystemSocket())
    return arbiter
}

/** Keeps the wall clock right by the bus's real-time clock, and logs its corrections. */
export function busClock(): void {
    reportTime()
    followRealTimeClock(clock)
}

/** Logs when the time becomes known, and when it is corrected. */
export function reportTime(): void {
    reportClock(clock, message => system.info("{0}", message))
}

/**
 * Lets tasks know whether the board has an address: the task `network`, which they may require.
 * Core, so that what safe mode has to say reaches the collector.
 */
export function network(): void {
    tasks.add("network", followNetwork(), {
        core: true,
        notify: true,
        restart: "on-failure",
    })
}

/**
 * The body of the task `network`, which is up for those that require it while the board has an
 * IP address. The Wi-Fi service of the bus (role `wifi`) has it: an ESP32's VM hosts one itself.
 * A second after the start the network counts as up where no such service is.
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

/** Without an address an ESP32 gives no bytes, other services give zeros. */
function isAddress(bytes: Buffer): boolean {
    for (let i = 0; i < bytes.length; ++i) if (bytes[i] > 0) return true
    return false
}
