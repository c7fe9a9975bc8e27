import {
    BOOT_SLOT,
    BUILD_SLOT,
    CONFIG_PARTS,
    configSlot,
    CURSOR_SLOT,
    logSlot,
    MAX_LOG_SEGMENTS,
    MORE_TASKS_SLOT,
    TASKS_SLOT,
} from "../../src/platform/slots.ts"

/** Keys of all slots that the firmware itself keeps, beside those of the settings. */
export const FIRMWARE_SLOTS: readonly string[] = [
    BUILD_SLOT,
    BOOT_SLOT,
    CURSOR_SLOT,
    TASKS_SLOT,
    MORE_TASKS_SLOT,
    ...[0, 1].flatMap(set =>
        numbers(CONFIG_PARTS).map(part => configSlot(set, part))
    ),
    ...numbers(MAX_LOG_SEGMENTS).map(logSlot),
]

/** 0 to `count` - 1. */
function numbers(count: number): number[] {
    return [...Array(count).keys()]
}
