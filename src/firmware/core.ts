// The base of all parts of a firmware: clock and flash, settings, boot journal, log, tasks. There
// is one of each in a program, as the VM has one clock, one flash and one socket: so they are
// variables of this module, which are set once `startCore` has returned.
import {
    BUILD_SLOT,
    deviceId,
    SettingsFlash,
    shortDeviceId,
    SystemClock,
} from "../platform"
import { Logger, LogSystem } from "../log"
import {
    CORE_SETTINGS,
    followSettings,
    loadSettings,
    openSettingsFile,
    SchemaTable,
    Settings,
    SettingsFile,
} from "../settings"
import { BootJournal, TaskRegistry } from "../tasks"

/** Settings with those that every firmware has. */
export type CoreSettings = Settings<typeof CORE_SETTINGS>

/** The VM's clock. */
export const clock = new SystemClock()
/** The VM's store for small values. */
export const flash = new SettingsFlash()
/** The settings file in flash. */
export const settingsFile = new SettingsFile(flash)
/** Boot number, and how the last run ended. */
export let journal: BootJournal
/** The settings that all firmware has; `startCore` returns the same with all keys. */
export let core: CoreSettings
/** The log; parts and programs add handlers. */
export let log: LogSystem
/** Takes the lines of parts that have no topic. */
export let system: Logger
/** The tasks; parts and programs add theirs. */
export let tasks: TaskRegistry

/**
 * Starts the base of all parts. A setting that is wrong and a flash that does not answer are
 * reported in the log once the handlers are there; the defaults hold then.
 *
 *     const settings = await startCore([FILE_SETTINGS, PUMP_SETTINGS])
 *     consoleLog()
 *     flashLog(settings)
 *
 * @param tables the settings of the parts to be started, and the program's own; the array is not
 * the caller's any more: the settings of the core go to its front
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
 * The same with the settings of the build only: without the settings file, which `fiberctl`
 * would change, and its code.
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
    let journalProblem: string
    try {
        await journal.open()
    } catch (e: any) {
        journalProblem = e.message
    }
    const build = await flash.read(BUILD_SLOT)
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
 * Lets options of a handler follow settings, now and whenever they change:
 *
 *     followHandler(settings, "display", "level=DISPLAY_LEVEL")
 *
 * @param bindings pairs `option=KEY` with a blank between them
 */
export function followHandler<T extends SchemaTable>(
    settings: Settings<T>,
    handler: string,
    bindings: string
): void {
    followSettings(settings, bindings, options =>
        log.configureHandler(handler, options)
    )
}

/** Name of the board in syslog lines and for fiberctl: as set, or made of its id. */
export function hostname(): string {
    return core.get("HOSTNAME") || `fiberd-${shortDeviceId(deviceId())}`
}

/** Logs what there is to say about the start. In a fiber, as the handlers are added meanwhile. */
async function reportStart(
    build: Buffer | undefined,
    journalProblem: string | undefined
): Promise<void> {
    core.problems().forEach(({ message }) =>
        system.error("setting {0}", message)
    )
    if (build) system.notice("build {0}", build.toString())
    if (journalProblem) system.error("boot journal: {0}", journalProblem)
}
