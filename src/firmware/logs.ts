import { FileRotationHandler } from "../flashlog"
import { ConsoleHandler, RingHandler } from "../log"
import { FILE_SETTINGS, followSettings, Settings } from "../settings"
import { clock, flash, log, system, tasks } from "./core"

/** Size of the RAM log, in bytes. */
const RING_BYTES = 2048

/** The last lines in RAM; undefined before `ramLog`. */
export let ring: RingHandler
/** The flash log; undefined before `flashLog`. */
export let file: FileRotationHandler

/** Writes the log to the VM's console: the handler `console`. */
export function consoleLog(): void {
    log.addHandler("console", new ConsoleHandler())
}

/** Keeps the last lines in RAM, for `fiberctl logs` and the status of tasks: the handler `ring`. */
export function ramLog(): void {
    ring = new RingHandler(RING_BYTES)
    log.addHandler("ring", ring)
    tasks.useLines(ring)
}

/**
 * Keeps lines of `FILE_LEVEL` and worse in flash, as `error.log` and `error.log.1`, across resets:
 * the handler `file`.
 */
export function flashLog(settings: Settings<typeof FILE_SETTINGS>): void {
    file = new FileRotationHandler("error.log", settings.get("FILE_MAX_SIZE"), {
        flash,
        clock,
        // some seven errors at once
        queueBytes: 768,
        onProblem: text => system.warning("{0}", text),
    })
    log.addHandler("file", file)
    followSettings(
        settings,
        "level=FILE_LEVEL flushBytes=FLUSH_BYTES flushTime=FLUSH_TIME flushLevel=FLUSH_LEVEL",
        options => log.configureHandler("file", options)
    )
    followSettings(
        settings,
        "dropAt=QUEUE_DROP lowAt=QUEUE_LOW flushAfter=QUEUE_FLUSH",
        queue => log.configureHandler("file", { queue })
    )
}
