// What the supervision of tasks and the reading of settings take, in steps of the VM.
import * as ds from "@devicescript/core"
import { LogSystem, parseLevel } from "../../src/log"
import { Clock, SystemClock } from "../../src/platform"
import { firmwareSchema, Settings } from "../../src/settings"
import { TaskRegistry } from "../../src/tasks"
import { measure, measuredCount, measuredName } from "./count"

/** Period of the tasks, in ms. */
const PERIOD = 40

/** Wastes steps: 7 for each of `count`. */
function waste(count: number): void {
    for (let i = 0; i < count; ++i);
}

/** A clock that wastes the steps asked for when it is read for the first time after `arm`. */
class WastingClock implements Clock {
    private readonly clock = new SystemClock()
    private armed = false

    arm(): void {
        this.armed = true
    }

    millis(): number {
        if (this.armed) {
            this.armed = false
            waste(measuredCount())
        }
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
    const levels = () => undefined as string
    const settings = new Settings(
        firmwareSchema({ levels, level: parseLevel, demo: false })
    )
    settings.set("SYSLOG_PORT", "1514")
    return count => {
        for (let i = 0; i < count; ++i) settings.get("SYSLOG_PORT")
    }
}

const name = measuredName()
if (name === "slice") await slice()
else if (name === "run") run()
else if (name === "attend1") await attend(1)
else if (name === "attend5") await attend(5)
else if (name === "settings") await measure(read())
else throw new RangeError(`"${name}" cannot be measured`)
