import { HTTP_TIMEOUT_MS, httpRequest, setClockByHttpDate } from "../net"
import type { Settings, TIME_SETTINGS } from "../settings"
import { clock, tasks } from "./core"
import { reportTime, socketArbiter } from "./network"

/** Longest page that `TIME_URL` may name, in bytes: only its header is of use. */
const MAX_PAGE_BYTES = 4096
/** Time to the next attempt after one that failed, ms. */
const RETRY_MS = 60000

/**
 * Keeps the wall clock right by the Date header of a web server's answers: the task `clock`, which
 * asks for `TIME_URL` every `TIME_POLL`. In place of `busClock`, for boards without a real-time
 * clock on their bus. The time is known to the second. It links the client of HTTP.
 *
 *     const settings = await startCore([TIME_SETTINGS])
 *     network()
 *     webClock(settings)
 */
export function webClock(settings: Settings<typeof TIME_SETTINGS>): void {
    reportTime()
    tasks.add(
        "clock",
        async task => {
            let problem = ""
            while (true) {
                const url = settings.get("TIME_URL")
                let pause = settings.get("TIME_POLL")
                try {
                    if (url) await askForTime(url)
                    problem = ""
                } catch (e: any) {
                    pause = Math.min(pause, RETRY_MS)
                    // once for the same reason
                    if (problem !== e.message)
                        task.log.warning("no time: {0}", e.message)
                    problem = e.message
                }
                await task.sleep(pause)
            }
        },
        { requires: ["network"], restart: "on-failure" }
    )
    settings.subscribe("TIME_URL", () => {
        tasks.restart.start("clock")
    })
}

async function askForTime(url: string): Promise<void> {
    const arbiter = socketArbiter()
    const { fields } = await arbiter.borrow(
        "clock",
        async () =>
            await httpRequest(clock, arbiter.socket, {
                url,
                maxBytes: MAX_PAGE_BYTES,
            }),
        HTTP_TIMEOUT_MS
    )
    setClockByHttpDate(clock, fields["date"])
    // a time that is known once stays known
    if (clock.wall() === undefined) throw new Error("the answer has no Date")
}
