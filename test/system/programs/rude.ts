// A board that sends text that a terminal would obey, wherever it can send any.
import { LogSystem, RingHandler } from "../../../src/log"
import { SystemClock } from "../../../src/platform"
import { startRemote } from "../../../src/remote"
import { TaskRegistry } from "../../../src/tasks"

/** Clears the screen, sets its title, forges a line, turns text around. */
const RUDE = "\u001b[2J\u001b]0;x\u0007\nforged\r\u009b31m\u202e"

const clock = new SystemClock()
const log = new LogSystem(clock)
const ring = new RingHandler(2048)
log.addHandler("ring", ring)
const tasks = new TaskRegistry({ log, clock })
const setting = { key: "NAME", text: RUDE, origin: RUDE }
startRemote({
    clock,
    tasks,
    log,
    ring,
    hostname: `rude${RUDE}`,
    version: RUDE,
    figures: () => ({ figure: RUDE }),
    settings: {
        keys: () => [setting.key],
        info: () => setting,
        change: () => {
            throw new Error(RUDE)
        },
    },
    config: {
        state: () => ({
            device: RUDE,
            version: 1,
            hash: RUDE,
            state: RUDE,
            reason: RUDE,
        }),
        offer: () => {
            throw new Error(RUDE)
        },
    },
})
tasks.add("result", async () => RUDE)
tasks.add("error", async task => {
    task.log.error("{0}", RUDE)
    const error = new Error(RUDE)
    error.name = RUDE
    throw error
})
