import type { Settings } from "../env/index.ts"
import { FirmwareError, UsageError } from "../errors.ts"
import { readInput } from "../files.ts"
import { FlashImageError, FlashStore } from "../flash/index.ts"
import { complain } from "../output.ts"
import {
    gatherSettings,
    keepCompilers,
    LogWatch,
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
import { playScenario, readScenario } from "../scenario/index.ts"
import { checkBoardSettings } from "./settings-checks.ts"
import { Checks } from "./sim-checks.ts"
import { type End, Ending } from "./sim-ending.ts"
import { readEvent } from "./sim-event.ts"
import { Health } from "./sim-health.ts"
import { BOOT_TIMEOUT_MS, judge, limitRun } from "./sim-limits.ts"
import type { SimCommandOptions } from "./sim-options.ts"
import { TaskCount } from "./sim-tasks.ts"
import { ProgramWatch } from "./sim-watch.ts"

/** Largest image that is taken, in bytes. */
const MAX_IMAGE_BYTES = 32 << 20
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
    const ending = new Ending()
    const watch = options.watch ? new ProgramWatch(options) : undefined
    const first = watch
        ? await Promise.race([watch.gather(), ending.promise])
        : gatherSettings(options)
    if ("exitCode" in first) return first.exitCode
    let gathered = first
    /** What the scenario has set: it stays so, whatever is built. */
    const played: Settings = {}
    const take = (now: SimSettings) => {
        gathered = now
        for (const warning of gathered.warnings) complain(warning)
        return { ...gathered.settings, ...played }
    }
    const { collectorPort } = gathered
    const settings = take(gathered)
    const health = new Health()
    const sim: Simulator = new Simulator({
        ...options,
        image: options.image ? readStore(options.image) : undefined,
        settings,
        collectorPort,
        startedAt: 0,
        history: 0,
        fastBoot: options.watch,
        quickRestart: options.watch,
        onBuild: () => view.note(`building ${options.main} ...`),
        onBuilt: bytecode => checkBoardSettings(bytecode, gathered),
        onFailedStart: watch
            ? async error => {
                  await watch.nextChange(error)
                  return take(await watch.gather())
              }
            : undefined,
        onMalformed: problem => complain(`collector: ${problem}`),
        onDeath: error => ending.fail(error),
    })
    const account = new Account()
    const tasks = new TaskCount()
    const view = makeView(options, sim, account, tasks)
    const logs = new LogWatch()
    const showFiles = !options.json && options.only?.includes("flash")
    sim.onEvent(event => {
        const [record, line] = readEvent(event, sim)
        health.see(event)
        account.see(event, record)
        view.show(event, record, line)
        if (event.event === "flash" && showFiles)
            for (const words of logs.look(sim.readFlash()))
                view.file(event.sincePowerOn, words)
        const failure = checks.see(event, record, line)
        if (failure) ending.fail(new FirmwareError(failure))
        else if (checks.isAsked && checks.missing.length === 0)
            ending.end("all that was expected was seen")
    })
    const endCompilers = options.watch ? keepCompilers() : () => {}
    let endWeb = async () => {}
    const started = async () => {
        watch
            ?.run(sim, view, {
                gather: () => take(gatherSettings(options)),
                restarted: () => health.forgive(),
            })
            .catch(ending.fail)
        // only the status line shows them
        if (process.stdout.isTTY && !options.quiet && !options.json)
            await tasks.start(sim)
        if (options.web === undefined) return
        const { startSimWeb } = await import("./sim-web.ts")
        const { url, close } = await startSimWeb(options.web, {
            busPort: sim.busPort,
            sims: [sim],
            collector: sim.collector,
            onPower: () => health.forgive(),
        })
        endWeb = close
        console.error(`fiberctl: console at ${url}`)
    }
    const play = async () => {
        if (!scenario) return
        await playScenario(sim, scenario, {
            note: text => view.note(text),
            restart: changes => {
                health.forgive()
                Object.assign(played, changes)
                return sim.restart({
                    settings: { ...sim.settings, ...changes },
                })
            },
            end: () => ending.end("the scenario is over"),
        })
    }
    const end = await run(sim, ending, options, started, play).finally(
        async () => {
            watch?.close()
            endCompilers()
            await tasks.close()
            await endWeb()
            view.close()
        }
    )
    const illness = health.problem(sim.at)
    judge(end, checks, options, illness && `"${options.main}" ${illness}`)
    return end.exitCode
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

/** Starts the simulator and waits for the end of the run. */
async function run(
    sim: Simulator,
    ending: Ending,
    options: SimCommandOptions,
    started: () => Promise<void>,
    play: () => Promise<void>
): Promise<End> {
    try {
        await Promise.race([
            sim.start().then(async () => {
                await started()
                return firstBoot(sim, ending, options)
            }),
            ending.promise,
        ])
        play().catch((error: Error) =>
            ending.fail(
                new FirmwareError(`the scenario failed: ${error.message}`)
            )
        )
        const end = await ending.promise
        await sim.stop(end.reason)
        return end
    } catch (error) {
        await sim.stop((error as Error).message)
        throw error
    }
}

/** Waits for the program to start, from when the times of `--for` and `--timeout` count. */
async function firstBoot(
    sim: Simulator,
    ending: Ending,
    options: SimCommandOptions
): Promise<void> {
    try {
        await sim.waitFor("boot", undefined, BOOT_TIMEOUT_MS)
    } catch {
        const seconds = BOOT_TIMEOUT_MS / 1000
        ending.fail(
            new FirmwareError(`the board did not boot within ${seconds} s`)
        )
    }
    limitRun(options, ending)
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
