/**
 * Every key the firmware itself keeps in the flash store. No key is made up at run time:
 * a key costs 32 bytes of flash for ever, even when it is deleted.
 *
 * The dotenv keys of the settings (`LOG_LEVEL`, ...) share the store; they are upper case,
 * so the lower-case names below cannot meet them.
 */
export const SLOTS = {
    /** Boot journal: boot number, how the last run ended, run of short starts. */
    journal: "fd.boot",
    /** Per-task states that survive a reset (disabled tasks, per-task options). */
    tasks: "fd.tasks",
    /** Cursors: what of the flash log has been forwarded. */
    cursor: "fd.cursor",
    /** Settings file, two slots of several segments (reserved for C5). */
    settings: "fd.set",
    /** Segments of the flash log: `fd.log00` up to `fd.log23`. */
    log: "fd.log",
}

/** Most segments of the flash log: 24 x 200 bytes stay within half of an ESP32's 16 KB store. */
export const MAX_LOG_SEGMENTS = 24

/** Key of the flash log's segment `index` (0 to MAX_LOG_SEGMENTS - 1). */
export function logSlot(index: number): string {
    return SLOTS.log + (index < 10 ? "0" + index : "" + index)
}
