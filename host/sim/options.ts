import type { Settings } from "../env/index.ts"
import type { FirmwareError } from "../errors.ts"

/** What a simulator is made of. */
export interface SimulatorOptions {
    /** The program, relative to the working directory. */
    main: string
    /** Build for this board: its file in `boards/` takes the place of `boards/index.ts`. */
    board?: string
    /** Boot this flash store as it is: nothing is built, nothing is written to it before. */
    image?: Buffer
    /** The board's settings; an empty text is "not set". */
    settings?: Settings
    /** Where the board's flash lives; below `.devicescript/` by default. */
    state?: string
    /** Erase the flash first. */
    fresh?: boolean
    /** Run the embedded syslog collector and point the board to it (default true). */
    collector?: boolean
    /** Port of the embedded collector; a free one by default. */
    collectorPort?: number
    /** Put a real-time clock on the bus (default true). */
    clock?: boolean
    /** PEM file of certificates that the board's TLS trusts besides the built-in ones. */
    caFile?: string
    /** Cut the power right after this many flash writes of the first power-on. */
    cutAfterWrite?: number
    /** Skip the 1.1 s that the VM waits before it starts the program (default false). */
    fastBoot?: boolean
    /**
     * Keep a second VM process ready, so that a restart need not wait for one, and spare the
     * program its waits until its first line (default false).
     */
    quickRestart?: boolean
    /** What the events' times count from, as `performance.now()` tells it (default: now). */
    startedAt?: number
    /** How many events are kept for `past` and `waitFor` (default 100,000). */
    history?: number
    /** Run the optimised image (default true). */
    optimise?: boolean
    /** Called when a real build starts, which takes some seconds. */
    onBuild?: () => void
    /** Called with the image before it is deployed; what it throws ends the start. */
    onBuilt?: (bytecode: Buffer) => Promise<void>
    /**
     * Called when the first build fails: waits for a change and returns the settings for another
     * attempt. What it throws ends the start, as a failed build does without it.
     */
    onFailedStart?: (error: unknown) => Promise<Settings>
    /** Called when a sender breaks the framing at the collector. */
    onMalformed?: (problem: string) => void
    /** Called when the VM process died by itself: not by `kill`, `stop` or `cutAfterWrite`. */
    onDeath?: (error: FirmwareError) => void
    /** Called for each line of the VM's own log, markers included. */
    onVmLine?: (line: string) => void
}
