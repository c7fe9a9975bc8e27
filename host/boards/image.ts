import type { Settings } from "../env/index.ts"
import { UsageError } from "../errors.ts"
import {
    applySettings,
    deployProgram,
    FlashImageError,
    FlashStore,
} from "../flash/index.ts"
import { type BoardInfo, STORE_OFFSET } from "./boards.ts"

/** What the firmware writes while it runs, in bytes of the store: docs/board.md has the sum. */
const RESERVE_BYTES = 8260
/** Fraction of the store that stays free, so that not every write compacts it. */
const FREE_SHARE = 0.25

/** An image for a board's flash. */
export interface BoardImage {
    /** The whole image, to be written from `offset` on. */
    bytes: Buffer
    /** Where in flash it starts. */
    offset: number
    /** The flash store in it. */
    store: Buffer
    /** Bytes that program and settings take, and what settings may take. */
    programBytes: number
    settingBytes: number
    mostSettingBytes: number
}

/**
 * Makes one flash image of VM, program and settings.
 * @throws UsageError when they, and what the firmware keeps in flash, do not fit
 */
export function makeImage(
    board: BoardInfo,
    runtime: Buffer,
    bytecode: Buffer,
    settings: Settings
): BoardImage {
    const store = FlashStore.format()
    const empty = store.free
    try {
        applySettings(store, settings, true)
        deployProgram(store, bytecode)
    } catch (error) {
        if (!(error instanceof FlashImageError)) throw error
        throw new UsageError(`${board.id}: ${error.message}`)
    }
    const settingBytes = empty - store.free
    const mostSettingBytes = Math.floor(
        empty * (1 - FREE_SHARE) - RESERVE_BYTES
    )
    if (settingBytes > mostSettingBytes)
        throw new UsageError(
            `${board.id}: the settings take ${settingBytes} bytes of flash, ${mostSettingBytes} are left of ${empty} beside the log, the states of tasks and what writing needs (${empty - mostSettingBytes})`
        )
    const start = STORE_OFFSET - board.chip.imageOffset
    const image = store.serialize()
    const bytes = Buffer.alloc(start + image.length, 0xff)
    runtime.copy(bytes)
    image.copy(bytes, start)
    return {
        bytes,
        offset: board.chip.imageOffset,
        store: image,
        programBytes: bytecode.length,
        settingBytes,
        mostSettingBytes,
    }
}
