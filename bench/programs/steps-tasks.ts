// What the supervision of tasks and the reading of settings take, in steps of the VM.
import * as ds from "@devicescript/core"
import { LogSystem, RingHandler } from "../../src/log"
import { Clock, SystemClock } from "../../src/platform"
import { firmwareSettings, Settings } from "../../src/settings"
import { MAX_LISTED_TASKS, Task, TaskRegistry } from "../../src/tasks"
import { mark, measure, measuredCount, measuredName } from "./count"
import { takeHeap } from "./probe"

/** Period of the tasks, in ms. */
const PERIOD = 40
const HOUR = 3_600_000
/** Tasks whose runs are counted, and their period. */
const PLANNED = 40
const SHORT_PERIOD = 8

/** Bytes of the ring of the reference firmware. */
const RING_BYTES = 2048

/** Wastes steps: 7 for each of `count`. */
function waste(count: number): void {
    for (let i = 0; i < count; ++i);
}

/**
 * A clock that wastes the steps asked for when it is read for the second time after `arm`: after
 * the first one the supervision yields.
 */
class WastingClock implements Clock {
    readonly offset: number = undefined
    private readonly clock = new SystemClock()
    private reads = 0

    arm(): void {
        this.reads = 2
    }

    millis(): number {
        this.reads--
        if (this.reads === 0) waste(measuredCount())
        return this.clock.millis()
    }

    wall(): number | undefined {
        return undefined
    }

    setWall(): void {}

    onSet(): () => void {
        return () => {}
    }
}

/** A fiber's slice in which there is nothing but the waste. */
async function slice(): Promise<void> {
    await ds.sleep(5)
    waste(measuredCount())
    await ds.sleep(5)
    console.log("end")
}

/** The slice of one run of a task whose body wastes. */
function run(): void {
    const clock = new SystemClock()
    const tasks = new TaskRegistry({ log: new LogSystem(clock), clock })
    tasks.add(
        "measured",
        ({ runs }) => {
            if (runs === 2) waste(measuredCount())
            else if (runs === 3) console.log("end")
        },
        { every: PERIOD }
    )
}

/** The slice of the supervision in which `count` tasks are due at once. */
async function attend(count: number): Promise<void> {
    const clock = new WastingClock()
    const tasks = new TaskRegistry({ log: new LogSystem(clock), clock })
    let begun = 0
    for (let i = 0; i < count; ++i)
        tasks.add(
            `task${i}`,
            () => {
                if (++begun === 3 * count) console.log("end")
            },
            { every: PERIOD }
        )
    // between two runs, when nobody else reads the clock
    await ds.sleep(PERIOD + PERIOD / 2)
    clock.arm()
}

function read(): (count: number) => void {
    const settings = new Settings(firmwareSettings())
    settings.set("SYSLOG_PORT", "1514")
    return count => {
        for (let i = 0; i < count; ++i) settings.get("SYSLOG_PORT")
    }
}

/** A registry and a full ring as in the reference firmware, with tasks that are idle. */
function idleTasks(): { tasks: TaskRegistry; add: (count: number) => void } {
    const clock = new SystemClock()
    const log = new LogSystem(clock)
    const lines = new RingHandler(RING_BYTES)
    log.addHandler("ring", lines)
    const filler = log.logger("filler")
    for (let i = 0; i < RING_BYTES / 32; ++i)
        filler.warning("line {0} of those that fill the ring", i)
    const tasks = new TaskRegistry({ log, clock, lines })
    const names: string[] = []
    for (let i = 0; i < 50; ++i) names.push(`task${i}`)
    let added = 0
    return {
        tasks,
        add: count => {
            for (let i = 0; i < count; ++i) tasks.add(names[added++], idle)
        },
    }
}

async function idle(task: Task): Promise<void> {
    while (true) await task.sleep(HOUR)
}

/** Adds and starts tasks. */
async function add(): Promise<(count: number) => void> {
    const { tasks, add } = idleTasks()
    await tasks.boot()
    return add
}

async function status(text: boolean): Promise<(count: number) => void> {
    const { tasks, add } = idleTasks()
    await tasks.boot()
    add(MAX_LISTED_TASKS)
    await ds.sleep(50)
    return count => {
        for (let i = 0; i < count; ++i)
            if (text) tasks.statusText()
            else tasks.status()
    }
}

/**
 * Prints a mark whenever the supervision of `count` idle tasks looks at the clock, for a second:
 * that is what it does first when it wakes, since two of them have a time an hour ahead.
 */
async function supervise(count: number): Promise<void> {
    const clock = new SystemClock()
    const watched = {
        millis: () => {
            if (isWatched) mark()
            return clock.millis()
        },
        offset: undefined as number,
        wall: () => clock.wall(),
        onSet: () => () => {},
        setWall: () => {},
    }
    let isWatched = false
    const tasks = new TaskRegistry({
        log: new LogSystem(clock),
        clock: watched,
    })
    await tasks.boot()
    tasks.add("watched", idle, { watchdog: HOUR })
    tasks.add("planned", idle, { every: HOUR, in: HOUR })
    for (let i = 2; i < count; ++i) tasks.add("idle", idle)
    await ds.sleep(100)
    isWatched = true
    await ds.sleep(1000)
    isWatched = false
    console.log("end")
}

/** Takes the heap that is left after `runs` runs of planned tasks. */
async function keep(runs: number): Promise<void> {
    const clock = new SystemClock()
    const tasks = new TaskRegistry({ log: new LogSystem(clock), clock })
    let left = runs
    for (let i = 0; i < PLANNED; ++i) {
        const task = tasks.add(
            "planned",
            () => {
                left--
            },
            { every: SHORT_PERIOD }
        )
        // whether a run is skipped depends on the machine: the field is there in any case
        ;(task as any).skipped = 0
    }
    while (left > 0) await ds.sleep(SHORT_PERIOD)
    await tasks.stop("*")
    await ds.sleep(SHORT_PERIOD)
    takeHeap()
}

const name = measuredName()
if (name === "slice") await slice()
else if (name === "run") run()
else if (name === "attend1") await attend(1)
else if (name === "attend5") await attend(5)
else if (name === "settings") await measure(read())
else if (name === "add") await measure(await add())
else if (name === "status") await measure(await status(false))
else if (name === "statusText") await measure(await status(true))
else if (name === "supervise") await supervise(measuredCount())
else if (name === "keep") await keep(measuredCount())
else throw new RangeError(`"${name}" cannot be measured`)
