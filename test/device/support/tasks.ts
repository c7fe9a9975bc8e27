import { LogRecord, LogSystem, levelName } from "../../../src/log"
import { Clock, SystemClock } from "../../../src/platform"
import { RegistryOptions, Task, TaskRegistry } from "../../../src/tasks"
import { until } from "./until"

export { until } from "./until"

/** A registry with a log whose lines can be read. */
export class Bench {
    clock: Clock
    readonly log: LogSystem
    tasks: TaskRegistry
    /** `LEVEL TOPIC MESSAGE`, in order. */
    lines: string[] = []

    constructor(options: Partial<RegistryOptions> = {}) {
        this.clock = options.clock || new SystemClock()
        this.log = new LogSystem(this.clock)
        const self = this
        this.log.addHandler(
            "lines",
            {
                emit: (record: LogRecord) => {
                    const level = levelName(record.level)
                    const { topic, message } = record
                    self.lines.push(`${level} ${topic} ${message}`)
                },
            },
            { burst: null }
        )
        const given: RegistryOptions = { log: this.log, clock: this.clock }
        this.tasks = new TaskRegistry(Object.assign(given, options))
    }

    /** Puts another registry in the place of this one, with the same log. */
    async renew(
        clock: Clock,
        options: Partial<RegistryOptions>
    ): Promise<void> {
        await this.tasks.dispose()
        this.lines = []
        this.clock = clock
        const given: RegistryOptions = { log: this.log, clock }
        this.tasks = new TaskRegistry(Object.assign(given, options))
    }

    /** The lines that contain `text`. */
    grep(text: string): string[] {
        return this.lines.filter(line => line.includes(text))
    }

    /** State of a task. */
    state(name: string): string {
        return this.tasks.get(name).state
    }

    /** Waits until a task is in a state. @throws Error when it does not get there in time */
    async become(name: string, state: string): Promise<void> {
        const { tasks } = this
        await until(`${name} ${state}`, () => tasks.get(name).state === state)
    }
}

let common: Bench

/** One registry for many tests, without tasks and lines: a registry lives as long as the VM. */
export async function emptyBench(): Promise<Bench> {
    if (!common) common = new Bench()
    if (common.tasks.names().length) await common.tasks.delete("*")
    common.lines = []
    return common
}

/** @throws Error unless `action` throws one whose message contains `text` */
export function expectError(text: string, action: () => void): void {
    let message: string
    try {
        action()
    } catch (e: any) {
        message = "" + e.message
    }
    if (message === undefined) throw new Error(`nothing thrown: ${text}`)
    if (!message.includes(text)) throw new Error(`"${message}", not "${text}"`)
}

/** @throws Error unless the two are the same */
export function same(actual: any, wanted: any, what = ""): void {
    if (actual !== wanted)
        throw new Error(`${what} ${actual} instead of ${wanted}`)
}

/** A body that runs until it is stopped. */
export async function forever(task: Task): Promise<void> {
    while (true) await task.sleep(1000)
}
