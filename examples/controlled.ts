// Remote control without ready-made parts: a board with two tasks, one of which fails for good, that
// answers `fiberctl`.
import {
    ConsoleHandler,
    LogSystem,
    RingHandler,
    startRemote,
    SystemClock,
    TaskRegistry,
} from "../src"

const clock = new SystemClock()
const log = new LogSystem(clock)
const ring = new RingHandler(2048)
log.addHandler("console", new ConsoleHandler())
log.addHandler("ring", ring)
const tasks = new TaskRegistry({ log, clock, lines: ring })

tasks.add(
    "sensor",
    async task => {
        task.log.info("measured {0} degrees", 20 + (task.runs % 5))
    },
    { every: 1000 }
)

tasks.add(
    "valve",
    async task => {
        await task.sleep(1500)
        throw new Error("the cable is loose")
    },
    { restart: "on-failure", delay: 200, maxRestarts: 1 }
)

// what `fiberctl status`, `logs`, `stop`, ... talk to
startRemote({ clock, tasks, log, ring, hostname: "greenhouse" })
