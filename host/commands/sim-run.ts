import { FirmwareError } from "../errors.ts"
import {
    gatherSettings,
    LogWatch,
    Screen,
    type SimEvent,
    Simulator,
} from "../sim/index.ts"
import type { SimCommandOptions } from "./sim.ts"

/** A program that ran this long without a panic has got going, in ms. */
const GOT_GOING_MS = 3000

/** Longest time from power-on to the start of the program, in ms; 1.1 s are usual. */
const BOOT_TIMEOUT_MS = 30_000

/**
 * Runs `fiberctl sim` until the time is over, a signal comes, or the VM dies.
 * @throws UsageError
 * @throws FirmwareError when the build fails, the VM process dies, or the program panics and
 *     never gets going; a panic later on is an event, after which the board starts again
 */
export async function runSim(options: SimCommandOptions): Promise<void> {
    const { settings, collectorPort, warnings } = gatherSettings(options)
    for (const warning of warnings) console.error(`fiberctl: ${warning}`)
    const ended = new Ending()
    const screen = options.json
        ? undefined
        : new Screen(process.stdout, line => sim.resolveFrames(line))
    const logs = new LogWatch()
    const health = new Health()
    const sim: Simulator = new Simulator({
        ...options,
        settings,
        collectorPort,
        startedAt: 0,
        history: 0,
        onBuild: () => screen?.note(sim.at, `building ${options.main} ...`),
        onMalformed: problem =>
            console.error(`fiberctl: collector: ${problem}`),
        onDeath: error => ended.fail(error),
    })
    sim.onEvent(event => {
        health.see(event)
        if (screen) {
            screen.show(event)
            if (event.event === "flash")
                for (const words of logs.look(sim.readFlash()))
                    screen.file(event.at, words)
        } else process.stdout.write(JSON.stringify(event) + "\n")
    })
    try {
        await Promise.race([
            sim.start().then(() => firstBoot(sim, ended, options.for)),
            ended.promise,
        ])
        await sim.stop(await ended.promise)
    } catch (error) {
        await sim.stop((error as Error).message)
        throw error
    }
    if (!health.gotGoing(sim.at))
        throw new FirmwareError(
            `"${options.main}" panicked and never ran for ${GOT_GOING_MS / 1000} s`
        )
}

/** Waits for the program to start, from when the time of `--for` counts. */
async function firstBoot(
    sim: Simulator,
    ended: Ending,
    seconds: number | undefined
): Promise<void> {
    try {
        await sim.waitFor("boot", undefined, BOOT_TIMEOUT_MS)
    } catch {
        ended.fail(
            new FirmwareError(
                `the board did not boot within ${BOOT_TIMEOUT_MS / 1000} s`
            )
        )
    }
    if (seconds !== undefined)
        setTimeout(() => ended.end(`${seconds} s are over`), seconds * 1000)
}

/** The one end of a run, whichever comes first. */
class Ending {
    readonly promise: Promise<string>
    end!: (reason: string) => void
    fail!: (error: FirmwareError) => void

    constructor() {
        this.promise = new Promise((resolve, reject) => {
            this.end = resolve
            this.fail = reject
        })
        // a failure while `start` still runs is not unhandled
        this.promise.catch(() => {})
        for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
            process.once(signal, () => this.end(signal))
        process.stdout.on("error", () => this.end("nobody reads the output"))
    }
}

/** Whether the program ever ran for a while without a panic. */
class Health {
    private bootAt: number | undefined
    private panics = 0
    private good = false

    see(event: SimEvent): void {
        if (event.event === "boot") this.bootAt = event.at
        if (event.event !== "panic") return
        this.gotGoing(event.at)
        this.bootAt = undefined
        this.panics++
    }

    gotGoing(now: number): boolean {
        if (this.bootAt !== undefined && now - this.bootAt >= GOT_GOING_MS)
            this.good = true
        return this.good || this.panics === 0
    }
}
