// What the task programs share: a log on the console, and a registry.
import { ConsoleHandler, INFO, LogSystem, RingHandler } from "../../../src/log"
import { SettingsFlash, SystemClock } from "../../../src/platform"
import { RegistryOptions, TaskRegistry } from "../../../src/tasks"

/** A registry that logs to the console, progress reports too, and shows its states on demand. */
export class Device {
    readonly clock = new SystemClock()
    readonly flash = new SettingsFlash()
    readonly log = new LogSystem(this.clock)
    readonly tasks: TaskRegistry

    constructor(options: Partial<RegistryOptions> = {}) {
        const { clock, log } = this
        const lines = new RingHandler(1024)
        log.addHandler("console", new ConsoleHandler(), { level: INFO })
        log.addHandler("ring", lines)
        log.enableProgress(true)
        const given: RegistryOptions = { clock, log, lines }
        this.tasks = new TaskRegistry(Object.assign(given, options))
    }

    /** Prints the states, one line of the console for each line of the text. */
    show(): void {
        for (const line of this.tasks.statusText("*", false).split("\n"))
            console.log(line)
    }
}
