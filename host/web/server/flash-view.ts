import {
    ENTRY_BYTES,
    type FlashStore,
    PAGE_SIZE,
    SETTING_PREFIX,
} from "../../flash/index.ts"
import { isSettingKey } from "../../env/index.ts"
import type { FlashPiece, FlashView } from "../protocol.ts"

/** Times that a page of flash may be erased, as makers of such chips promise. */
const ERASE_CYCLES = 100_000
/** What a board writes at its start says nothing about the rate: so long is counted first, in ms. */
const ENOUGH_MS = 60_000
const YEAR_MS = 365.25 * 86_400_000
/** Kinds of the firmware's own slots, by the beginning of their keys. */
const SLOT_KINDS: [RegExp, FlashPiece["kind"]][] = [
    [/^fd\.log/, "log"],
    [/^fd\.task/, "task"],
    [/^fd\.(boot|build|cursor)/, "boot"],
    [/^fd\.cfg/, "config"],
]

/** What lies where in a flash store, and how long the flash lasts at this rate of writes. */
export function flashView(
    store: FlashStore,
    counts: FlashView["counts"],
    countedMs: number
): FlashView {
    const { area, areaBytes, storeBytes, tableBytes, freeBytes, entries } =
        store.layout()
    const pieces = entries.map(({ key, offset, size, isLive }): FlashPiece => {
        const name = key.replace(SETTING_PREFIX, "")
        return { key: name, kind: kindOf(name), offset, size, isLive }
    })
    const view = {
        storeBytes,
        areaBytes,
        area,
        tableBytes,
        freeBytes,
        pieces,
        counts,
        countedMs,
    }
    return { ...view, years: yearsLeft(view) }
}

function kindOf(key: string): FlashPiece["kind"] {
    if (key.startsWith("*")) return "program"
    if (isSettingKey(key)) return "setting"
    return SLOT_KINDS.find(([pattern]) => pattern.test(key))?.[1] ?? "other"
}

/**
 * The store is compacted whenever one of its two areas is full: then the other one is erased. So a
 * page is erased once in the time in which two areas are filled.
 */
function yearsLeft(view: FlashView): number | undefined {
    const { pieces, areaBytes, counts, countedMs } = view
    const live = pieces
        .filter(({ isLive, kind }) => isLive && kind !== "program")
        .reduce((sum, { size }) => sum + size + ENTRY_BYTES, 0)
    const free = Math.max(PAGE_SIZE / 8, areaBytes - live)
    return yearsAt(counts.bytes, countedMs, free)
}

/**
 * Years until a page has been erased as often as it may be.
 * @param bytes written in `ms`
 * @param free bytes of an area that are free after it was compacted
 */
export function yearsAt(
    bytes: number,
    ms: number,
    free: number
): number | undefined {
    if (bytes === 0 || ms < ENOUGH_MS) return undefined
    const msForArea = (free / bytes) * ms
    return (msForArea * 2 * ERASE_CYCLES) / YEAR_MS
}
