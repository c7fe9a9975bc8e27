import { hashOf } from "../hash.ts"
import { SETTING_PREFIX } from "./layout.ts"
import type { FlashStore } from "./store.ts"

/** Slot that tells the firmware which build it is, for its first line. */
const BUILD_SLOT = `${SETTING_PREFIX}fd.build`
const ID_DIGITS = 8

/** The id of a build: the start of its image's SHA-256. */
export function buildId(bytecode: Uint8Array): string {
    return hashOf(bytecode).slice(0, ID_DIGITS)
}

/** Puts a program into a store, with its id beside it. @throws FlashImageError */
export function deployProgram(store: FlashStore, bytecode: Buffer): void {
    store.putProgram(bytecode)
    store.set(BUILD_SLOT, Buffer.from(buildId(bytecode)))
}
