import { BOOT_SLOT, BUILD_SLOT } from "../../src/platform/slots.ts"
import { hashOf } from "../hash.ts"
import { SETTING_PREFIX } from "./layout.ts"
import type { FlashStore } from "./store.ts"

/** Slot that tells the firmware which build it is, for its first line. */
const BUILD_KEY = SETTING_PREFIX + BUILD_SLOT
/** Slot of the boot journal (src/tasks/journal.ts), and where its count of short starts lies. */
const BOOT_KEY = SETTING_PREFIX + BOOT_SLOT
const SHORT_STARTS = 2
const ID_DIGITS = 8

/** The id of a build: the start of its image's SHA-256. */
export function buildId(bytecode: Uint8Array): string {
    return hashOf(bytecode).slice(0, ID_DIGITS)
}

/**
 * Puts a program into a store, with its id beside it. The short starts of another program do not
 * count for it: it may be the one that is mended, and must not begin in safe mode.
 * @throws FlashImageError
 */
export function deployProgram(store: FlashStore, bytecode: Buffer): void {
    const id = Buffer.from(buildId(bytecode))
    const boot = store.get(BOOT_KEY)
    if (boot && !store.get(BUILD_KEY)?.equals(id)) {
        boot[SHORT_STARTS] = 0
        store.set(BOOT_KEY, boot)
    }
    store.putProgram(bytecode)
    store.set(BUILD_KEY, id)
}
