// Every key the firmware itself keeps in the flash store. No key is made up at run time: a key
// costs 32 bytes of flash permanently, even when it is deleted. They are single constants, since an
// object of them would take 100 bytes of heap.
//
// The dotenv keys of the settings (`LOG_LEVEL`, ...) share the store; they are upper case, so the
// lower-case names below cannot meet them.

/** Boot journal: boot number, how the last run ended, run of short starts. */
export const BOOT_SLOT = "fd.boot"
/** Which build this is, in hexadecimal: written with the program by the host's tools. */
export const BUILD_SLOT = "fd.build"
/** Per-task states that survive a reset (disabled tasks, per-task options). */
export const TASKS_SLOT = "fd.tasks"
/** More of the same. */
export const MORE_TASKS_SLOT = "fd.tasks2"
/** Cursors: what of the flash log has been forwarded. */
export const CURSOR_SLOT = "fd.cursor"
/** The settings file's two sets: `fd.cfga0` to `fd.cfga7`, `fd.cfgb0` to `fd.cfgb7`. */
const CONFIG_SLOT = "fd.cfg"
/** Slots of each set: its commit record, and 7 x 200 bytes of text. */
export const CONFIG_PARTS = 8
/** Segments of the flash log: `fd.log00` up to `fd.log23`. */
const LOG_SLOT = "fd.log"

/** Most segments of the flash log: 24 x 200 bytes stay within half of an ESP32's 16 KB store. */
export const MAX_LOG_SEGMENTS = 24

/** Key of the flash log's segment `index` (0 to MAX_LOG_SEGMENTS - 1). */
export function logSlot(index: number): string {
    return LOG_SLOT + (index < 10 ? "0" + index : "" + index)
}

/**
 * Key of a slot of the settings file.
 * @param set 0 or 1
 * @param part 0: what commits the set; from 1: its text, in pieces
 */
export function configSlot(set: number, part: number): string {
    return CONFIG_SLOT + (set === 0 ? "a" : "b") + part
}
