// The base of all parts of a firmware: clock and flash, settings, boot journal, log, tasks. A program
// has one of each, as the VM has one clock, one flash and one socket; so they are variables of this
// module, which are set when `startCore` or `startFixed` has returned.
import * as ds from "@devicescript/core"
import {
    BUILD_SLOT,
    deviceId,
    SettingsFlash,
    shortDeviceId,
    SystemClock,
} from "../platform"
import { Logger, LogSystem } from "../log"
import {
    Bindings,
    CORE_SETTINGS,
    followSettings,
    loadSettings,
    openSettingsFile,
    SchemaTable,
    Settings,
    SettingsFile,
} from "../settings"
import { BootJournal, TaskRegistry } from "../tasks"

/**
 * In safe mode, time before the program continues, ms: if that is what ends it, settings can be changed
 * until then. It is shorter than the default of SAFE_SECONDS, so that safe mode stays.
 */
const SAFE_PAUSE_MS = 20000
/** Time until problems of the start are logged, ms: the handlers of the program are to be there. */
const REPORT_MS = 10

/** The settings that every firmware has. */
export type CoreSettings = Settings<typeof CORE_SETTINGS>

/** The VM's clock. */
export const clock = new SystemClock()
/** The VM's store for small values. */
export const flash = new SettingsFlash()
/** The settings file in flash. */
export const settingsFile = new SettingsFile(flash)
/** Boot number, and how the last run ended. */
export let journal: BootJournal
/** The settings in force, for the keys that every firmware has; `startCore` returns all keys. */
export let core: CoreSettings
/** The log; parts and programs add handlers. */
export let log: LogSystem
/** The logger of parts without a topic of their own. */
export let system: Logger
/** The tasks; parts and programs add theirs. */
export let tasks: TaskRegistry

/**
 * Starts the base of all parts. Wrong settings are reported in the log, once handlers have been added;
 * these settings have their defaults.
 *
 *     const settings = await startCore([FILE_SETTINGS, PUMP_SETTINGS])
 *     consoleLog()
 *     flashLog(settings)
 *
 * @param tables the settings of the parts to be started, and the program's own; the array is taken
 * over and changed: do not use it afterwards
 * @returns the settings in force
 */
export async function startCore<T extends SchemaTable>(
    tables: T[]
): Promise<Settings<T | typeof CORE_SETTINGS>> {
    const settings = await loadBuild(tables)
    await openSettingsFile(settings, settingsFile)
    await startBase()
    return settings
}

/**
 * Like `startCore`, with the settings of the build only: `fiberctl` cannot change them, and the code
 * of the settings file is not in the image.
 */
export async function startFixed<T extends SchemaTable>(
    tables: T[]
): Promise<Settings<T | typeof CORE_SETTINGS>> {
    const settings = await loadBuild(tables)
    await startBase()
    return settings
}

async function loadBuild<T extends SchemaTable>(
    tables: T[]
): Promise<Settings<T | typeof CORE_SETTINGS>> {
    const all: (T | typeof CORE_SETTINGS)[] = tables
    all.insert(0, 1)
    all[0] = CORE_SETTINGS
    const settings = await loadSettings(flash, all)
    core = settings as unknown as CoreSettings
    return settings
}

async function startBase(): Promise<void> {
    journal = new BootJournal(flash, clock)
    followSettings(core, "seconds=SAFE_SECONDS", ({ seconds }) => {
        journal.stableMs = seconds * 1000
    })
    let build: Buffer
    let journalProblem: string
    try {
        await journal.open()
        build = await flash.read(BUILD_SLOT)
    } catch (e: any) {
        journalProblem = e.message
    }
    log = new LogSystem(clock, core.get("LOG_LEVEL"), core.get("LOG_BURST"))
    system = log.logger("system")
    reportStart.start(build, journalProblem)
    tasks = new TaskRegistry({
        log,
        clock,
        flash,
        journal,
        maxShortStarts: core.get("SAFE_STARTS"),
    })
    followSettings(core, "spec=LOG_LEVEL", ({ spec }) => log.setSpec(spec))
}

/**
 * Ends the start of the parts; a program calls it before it adds its tasks, as `firmware` does:
 *
 *     network()
 *     await startDone()
 *     tasks.add("pump", pump)
 *
 * The parts take more than half of the steps that the VM allows without a wait, and 64 tasks need some
 * 50,000. In safe mode it returns after 20 s: what the program does next may be what ends it each time.
 */
export async function startDone(): Promise<void> {
    const isSafe = journal.shortStarts >= core.get("SAFE_STARTS")
    await ds.sleep(isSafe ? SAFE_PAUSE_MS : 0)
}

/**
 * Applies settings as options of a log handler, at once and whenever one of them changes:
 *
 *     followHandler(settings, "display", "level=DISPLAY_LEVEL")
 *
 * @param handler name of the handler
 * @param bindings pairs `option=KEY`, separated by a blank
 */
export function followHandler<T extends SchemaTable, B extends string>(
    settings: Settings<T>,
    handler: string,
    bindings: Bindings<B, T>
): void {
    followSettings(settings, bindings as string, options =>
        log.configureHandler(handler, options)
    )
}

/** Name of the board in syslog lines and for fiberctl: `HOSTNAME`, or `fiberd-` and its short id. */
export function hostname(): string {
    return core.get("HOSTNAME") || `fiberd-${shortDeviceId(deviceId())}`
}

/** Logs problems of the start and the build. Runs in a fiber, when the program has added handlers. */
async function reportStart(
    build: Buffer | undefined,
    journalProblem: string | undefined
): Promise<void> {
    await ds.sleep(REPORT_MS)
    for (const problem of core.problems())
        system.error("setting {0}", problem.message)
    if (build) system.notice("build {0}", build.toString())
    if (journalProblem) system.error("boot journal: {0}", journalProblem)
}
