import { FileRotationHandler } from "../flashlog"
import { ConsoleHandler, RingHandler } from "../log"
import { FILE_SETTINGS, followSettings, Settings } from "../settings"
import { clock, flash, followHandler, log, system, tasks } from "./core"

/** Bytes of RAM for the last lines. */
const RING_BYTES = 2048

/** The last lines in RAM, once `ramLog` was called. */
export let ring: RingHandler
/** The flash log, once `flashLog` was called. */
export let file: FileRotationHandler

/** Writes the log to the VM's console. */
export function consoleLog(): void {
    log.addHandler("console", new ConsoleHandler())
}

/** Keeps the last lines in RAM: for `fiberctl logs`, and for the status of tasks. */
export function ramLog(): void {
    ring = new RingHandler(RING_BYTES)
    log.addHandler("ring", ring)
    tasks.useLines(ring)
}

/** Keeps errors in flash, as `error.log` and `error.log.1`, across resets. */
export function flashLog(settings: Settings<typeof FILE_SETTINGS>): void {
    file = new FileRotationHandler("error.log", settings.get("FILE_MAX_SIZE"), {
        flash: flash,
        clock: clock,
        onProblem: text => system.warning("{0}", text),
    })
    log.addHandler("file", file)
    followHandler(
        settings,
        "file",
        "level=FILE_LEVEL flushBytes=FLUSH_BYTES flushTime=FLUSH_TIME flushLevel=FLUSH_LEVEL"
    )
    followSettings(
        settings,
        "dropAt=QUEUE_DROP lowAt=QUEUE_LOW flushAfter=QUEUE_FLUSH",
        queue => log.configureHandler("file", { queue })
    )
}
