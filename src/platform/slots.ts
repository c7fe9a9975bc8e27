// All keys that the firmware itself uses in the flash store. No other key is made at run time: each
// key takes 32 bytes of flash permanently, even after it is deleted. They are single constants, since
// an object would take 100 bytes of heap.
//
// The settings (`LOG_LEVEL`, ...) are in the same store; their keys are upper case, so they never
// collide with the lower-case keys below.

/** Boot journal: boot number, how the last run ended, number of short starts in a row. */
export const BOOT_SLOT = "fd.boot"
/** Identifier of the build, in hexadecimal: written by the host's tools, with the program. */
export const BUILD_SLOT = "fd.build"
/** State of tasks that survives a reset: disabled tasks, changed options. */
export const TASKS_SLOT = "fd.tasks"
/** The same of the tasks that do not fit into TASKS_SLOT. */
export const MORE_TASKS_SLOT = "fd.tasks2"
/** Cursor of the last line of the flash log that was forwarded to the collector. */
export const CURSOR_SLOT = "fd.cursor"
/** The two sets of the settings file: `fd.cfga0` to `fd.cfga7`, `fd.cfgb0` to `fd.cfgb7`. */
const CONFIG_SLOT = "fd.cfg"
/** Slots of each set: one for the commit record, 7 of 200 bytes for the text. */
export const CONFIG_PARTS = 8
/** Segments of the flash log: `fd.log00` to `fd.log23`. */
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
 * @param part 0 for the commit record, 1 to CONFIG_PARTS - 1 for the pieces of the text
 */
export function configSlot(set: number, part: number): string {
    return CONFIG_SLOT + (set === 0 ? "a" : "b") + part
}
