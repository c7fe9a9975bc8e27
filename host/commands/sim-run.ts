import type { Settings } from "../env/index.ts"
import { FirmwareError, thrownText, UsageError } from "../errors.ts"
import { readInput } from "../files.ts"
import { FlashImageError, FlashStore } from "../flash/index.ts"
import { complain } from "../output.ts"
import {
    gatherSettings,
    keepCompilers,
    LogWatch,
    type SimEvent,
    type SimSettings,
    Simulator,
} from "../sim/index.ts"
import {
    Account,
    JsonView,
    KINDS,
    makeFilter,
    TextView,
    type View,
} from "../view/index.ts"
import { playScenario, readScenario, type Scenario } from "../scenario/index.ts"
import { checkBoardSettings, checkSteps } from "./settings-checks.ts"
import { Checks } from "./sim-checks.ts"
import { type End, Ending } from "./sim-ending.ts"
import { readEvent } from "./sim-event.ts"
import { Health } from "./sim-health.ts"
import { BOOT_TIMEOUT_MS, judge, limitRun } from "./sim-limits.ts"
import { notForImage, type SimCommandOptions } from "./sim-options.ts"
import { TaskCount } from "./sim-tasks.ts"
import { ProgramWatch } from "./sim-watch.ts"

/** Largest image that is taken, in bytes. */
const MAX_IMAGE_BYTES = 32 << 20

/** What a run has before its settings are gathered. */
interface Setup {
    checks: Checks
    ending: Ending
    scenario: Scenario | undefined
    watch: ProgramWatch | undefined
}

/**
 * Runs `fiberctl sim` until the time is over, what is expected was seen, a signal comes, or the
 * VM dies.
 * @returns the exit code: 0, or 128 and the number of the signal
 * @throws UsageError
 * @throws FirmwareError when the build fails, the VM process dies, the program never gets going or
 *     starts again and again, or shows what `--fail-on` names
 * @throws TimeoutError when `--timeout` is over before all that is expected was seen
 */
export async function runSim(options: SimCommandOptions): Promise<number> {
    const checks = new Checks(options.expect, options.failOn)
    const scenario = options.scenario
        ? await readScenario(options.scenario)
        : undefined
    if (options.image !== undefined && sets(scenario))
        throw notForImage(`"${options.scenario}": set`)
    const ending = new Ending()
    const watch = options.watch ? new ProgramWatch(options) : undefined
    const first = watch
        ? await Promise.race([watch.gather(), ending.promise])
        : gatherSettings(options)
    if ("exitCode" in first) return first.exitCode
    const run = new SimRun(options, { checks, ending, scenario, watch }, first)
    return run.toEnd()
}

/** Whether a step of a scenario changes settings. */
function sets(scenario: Scenario | undefined): boolean {
    return (
        Array.isArray(scenario) &&
        scenario.some(({ action }) => action.kind === "set")
    )
}

/** One run: the simulator, what looks at its events, and what plays to it. */
class SimRun {
    private readonly options: SimCommandOptions
    private readonly setup: Setup
    private readonly sim: Simulator
    private readonly view: View
    private readonly health = new Health()
    private readonly account = new Account()
    private readonly tasks = new TaskCount()
    private readonly logs = new LogWatch()
    private gathered: SimSettings
    /** What the scenario has set: it stays so, whatever is built. */
    private readonly played: Settings = {}
    private endWeb = async () => {}
    /** Settles when the program first starts. */
    private readonly booted: Promise<void>
    private hasBooted = false

    constructor(
        options: SimCommandOptions,
        setup: Setup,
        gathered: SimSettings
    ) {
        this.options = options
        this.setup = setup
        this.gathered = gathered
        this.sim = this.makeSim()
        this.view = makeView(options, this.sim, this.account, this.tasks)
        this.sim.onEvent(event => this.see(event))
        this.booted = firstBoot(this.sim).then(
            () => void (this.hasBooted = true)
        )
    }

    /** Starts the simulator and waits for the end of the run. @returns the exit code */
    async toEnd(): Promise<number> {
        const { options, setup } = this
        const endCompilers = options.watch ? keepCompilers() : () => {}
        const end = await this.run().finally(async () => {
            setup.watch?.close()
            endCompilers()
            await this.tasks.close()
            await this.endWeb()
            this.view.close()
        })
        const illness = this.health.problem(this.sim.at)
        const words = illness && `"${programOf(options)}" ${illness}`
        judge(end, setup.checks, options, words)
        return end.exitCode
    }

    private makeSim(): Simulator {
        const { options } = this
        const { scenario, watch, ending } = this.setup
        const settings = this.take(this.gathered)
        return new Simulator({
            ...options,
            main: programOf(options),
            image: options.image ? readStore(options.image) : undefined,
            settings,
            collectorPort: this.gathered.collectorPort,
            startedAt: 0,
            // a function may wait for what came before it
            history: typeof scenario === "function" ? undefined : 0,
            fastBoot: options.watch,
            quickRestart: options.watch,
            onBuild: () => this.view.note(`building ${options.main} ...`),
            onBuilt: bytecode => this.checkSettings(bytecode),
            onFailedStart: watch
                ? async error => {
                      await watch.nextChange(error)
                      return this.take(await watch.gather())
                  }
                : undefined,
            onMalformed: problem => complain(`collector: ${problem}`),
            onDeath: error => ending.fail(error),
        })
    }

    /** Checks what the board is given at its start, and what the scenario sets later. */
    private async checkSettings(bytecode: Uint8Array): Promise<void> {
        const { gathered, options } = this
        const { scenario } = this.setup
        await checkBoardSettings(bytecode, gathered)
        if (Array.isArray(scenario))
            await checkSteps(
                bytecode,
                gathered,
                scenario,
                step => `"${options.scenario}", step ${step}`
            )
    }

    /** Takes gathered settings. @returns those of the board */
    private take(gathered: SimSettings): Settings {
        this.gathered = gathered
        for (const warning of gathered.warnings) complain(warning)
        return { ...gathered.settings, ...this.played }
    }

    private see(event: SimEvent): void {
        const { checks, ending } = this.setup
        const [record, line] = readEvent(event, this.sim)
        this.health.see(event)
        this.account.see(event, record)
        this.view.show(event, record, line)
        if (event.event === "flash") this.showFiles(event.sincePowerOn)
        const failure = checks.see(event, record, line)
        if (failure) ending.fail(new FirmwareError(failure))
        else if (checks.isAsked && checks.missing.length === 0)
            ending.end("all that was expected was seen")
    }

    /** Shows what the flash logs have got. */
    private showFiles(at: number | undefined): void {
        if (this.options.json || !this.options.only?.includes("flash")) return
        for (const words of this.logs.look(this.sim.readFlash()))
            this.view.file(at, words)
    }

    private async run(): Promise<End> {
        const { ending, scenario } = this.setup
        const failed = (error: unknown) =>
            ending.fail(
                new FirmwareError(`the scenario failed: ${thrownText(error)}`)
            )
        // what it has begun and does not wait for may throw as well
        if (typeof scenario === "function")
            process.on("uncaughtException", failed)
        this.play().catch(failed)
        try {
            await Promise.race([this.start(), ending.promise])
            const end = await ending.promise
            await this.sim.stop(end.reason)
            return end
        } catch (error) {
            await this.sim.stop((error as Error).message)
            throw error
        } finally {
            process.off("uncaughtException", failed)
        }
    }

    /** Starts the board and what runs beside it. */
    private async start(): Promise<void> {
        const { options, sim } = this
        await sim.start()
        this.startWatch()
        // only the status line shows them
        if (process.stdout.isTTY && !options.quiet && !options.json)
            await this.tasks.start(sim)
        if (options.web !== undefined) await this.startWeb(options.web)
        await this.waitForBoot()
        limitRun(options, this.setup.ending)
    }

    /** Waits for the program to start, from when the times of `--for` and `--timeout` count. */
    private async waitForBoot(): Promise<void> {
        if (this.hasBooted) return
        try {
            await this.sim.waitFor("boot", undefined, BOOT_TIMEOUT_MS)
        } catch {
            const seconds = BOOT_TIMEOUT_MS / 1000
            this.setup.ending.fail(
                new FirmwareError(`the board did not boot within ${seconds} s`)
            )
        }
    }

    private startWatch(): void {
        const { watch, ending } = this.setup
        watch
            ?.run(this.sim, this.view, {
                gather: () => this.take(gatherSettings(this.options)),
                restarted: () => this.health.forgive(),
            })
            .catch(ending.fail)
    }

    private async startWeb(port: number | true): Promise<void> {
        const { sim } = this
        const { startSimWeb } = await import("./sim-web.ts")
        const { url, close } = await startSimWeb(port, {
            busPort: sim.busPort,
            sims: [sim],
            collector: sim.collector,
            onPower: () => this.health.forgive(),
        })
        this.endWeb = close
        console.error(`fiberctl: console at ${url}`)
    }

    private async play(): Promise<void> {
        const { sim, view } = this
        const { scenario, ending } = this.setup
        if (!scenario) return
        await playScenario(sim, scenario, {
            started: this.booted,
            note: text => view.note(text),
            restart: changes => {
                this.health.forgive()
                Object.assign(this.played, changes)
                return sim.restart({
                    settings: { ...sim.settings, ...changes },
                })
            },
            end: () => ending.end("the scenario is over"),
        })
    }
}

/** What a run is called by: the program that is built, or the image that is booted. */
function programOf({ main, image }: SimCommandOptions): string {
    return image ?? main
}

/** The flash store in an image. @throws UsageError when there is none in it */
function readStore(file: string): Buffer {
    const image = readInput(file, MAX_IMAGE_BYTES)
    try {
        return FlashStore.parse(image).serialize()
    } catch (error) {
        if (!(error instanceof FlashImageError)) throw error
        throw new UsageError(`"${file}": ${error.message}`)
    }
}

/** Settles when the program first starts. */
function firstBoot(sim: Simulator): Promise<void> {
    return new Promise(done => {
        const stop = sim.onEvent(({ event }) => {
            if (event !== "boot") return
            stop()
            done()
        })
    })
}

function makeView(
    options: SimCommandOptions,
    sim: Simulator,
    account: Account,
    tasks: TaskCount
): View {
    if (options.json) return new JsonView(makeFilter(options, KINDS), account)
    return new TextView({
        filter: makeFilter(options, ["log", "board"]),
        account,
        frame: !options.quiet,
        board: "simulated board",
        state: sim.stateFolder,
        tasks: () => tasks.value,
        isLinkUp: () => sim.isLinkUp,
    })
}
