import {
    HTTP_TIMEOUT_MS,
    httpRequest,
    parseHttpDate,
    setClockByHttpDate,
} from "../net"
import { Signal } from "../platform"
import type { Settings, TIME_SETTINGS } from "../settings"
import type { Task } from "../tasks"
import { clock, tasks } from "./core"
import { reportTime, socketArbiter } from "./network"

/** Longest time to the next attempt after one that failed, ms. */
const RETRY_MS = 60000

/**
 * Sets the wall clock by the Date header of a web server's answers: the task `clock` requests
 * `TIME_URL` every `TIME_POLL`. Use it in place of `busClock` on boards without a real-time clock on
 * their bus, and after `network`. It is right to the second. It adds the HTTP client to the image.
 *
 *     const settings = await startCore([TIME_SETTINGS])
 *     network()
 *     webClock(settings)
 */
export function webClock(settings: Settings<typeof TIME_SETTINGS>): void {
    reportTime()
    const changed = new Signal()
    tasks.add(
        "clock",
        async task => {
            let problem = ""
            while (true) {
                const url = settings.get("TIME_URL")
                let pause = settings.get("TIME_POLL")
                try {
                    if (url) await askForTime(url, task)
                    problem = ""
                } catch (e: any) {
                    pause = Math.min(pause, RETRY_MS)
                    // a reason that stays the same is logged once
                    if (problem !== e.message && task.state === "running")
                        task.log.warning("no time: {0}", e.message)
                    problem = e.message
                }
                await task.wait(changed, pause)
            }
        },
        { requires: ["network"], restart: "on-failure" }
    )
    // the task may be disabled or deleted by now, and must stay so
    settings.subscribe(["TIME_URL", "TIME_POLL"], () => changed.notify())
}

async function askForTime(url: string, task: Task): Promise<void> {
    const arbiter = socketArbiter()
    const isWanted = () => task.state === "running"
    const { fields } = await arbiter.borrow(
        "clock",
        async () =>
            await httpRequest(clock, arbiter.socket, {
                url,
                maxBytes: 0,
                isWanted,
            }),
        HTTP_TIMEOUT_MS,
        isWanted
    )
    const date = fields["date"]
    setClockByHttpDate(clock, date)
    // also while the time is known: the clock is corrected no more
    if (parseHttpDate(date) === undefined)
        throw new Error("the answer has no Date")
    if (clock.wall() === undefined)
        throw new Error("the Date of the answer is before 2025")
}
