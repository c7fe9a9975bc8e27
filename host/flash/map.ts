import { isSettingKey } from "../env/index.ts"
import {
    alignedSize,
    ENTRY_BYTES,
    HEADER_BYTES,
    PAGE_SIZE,
    SETTING_PREFIX,
} from "./layout.ts"
import { FlashStore } from "./store.ts"
import type { FlashCounts, FlashMap, FlashPiece } from "./types.ts"

/** Times that a page of flash may be erased, as makers of such chips promise. */
const ERASE_CYCLES = 100_000
/** Time to count before a life is computed, in ms: the writes of a start say nothing about it. */
const ENOUGH_MS = 60_000
const YEAR_MS = 365.25 * 86_400_000
/** Kinds of the firmware's own slots, by the beginning of their keys. */
const SLOT_KINDS: [RegExp, FlashPiece["kind"]][] = [
    [/^fd\.log/, "log"],
    [/^fd\.task/, "task"],
    [/^fd\.(boot|build|cursor)/, "boot"],
    [/^fd\.cfg/, "config"],
]
/** Bytes by which a value is rounded up to whole words of 8 bytes, on average. */
const MEAN_PADDING = 4

/** The map of a store that was read, with what was counted meanwhile. */
export function flashMap(
    store: FlashStore,
    counts: FlashCounts,
    countedMs: number
): FlashMap {
    const map = mapOf(store)
    const live = liveBytes(map)
    const { areaBytes } = map
    // each compaction has copied what is live: those bytes are no sign of the rate
    const compactions = (counts.erases * PAGE_SIZE) / areaBytes
    const appended = Math.max(0, counts.bytes - compactions * live)
    const free = Math.max(PAGE_SIZE / 8, areaBytes - live)
    const years = yearsAt(appended, countedMs, free)
    return { ...map, isComputed: false, counts, countedMs, years }
}

/**
 * The map of an ESP32's store that nobody can read, as the next compaction leaves it.
 * @param sizes bytes of the values by key, without the prefix of the settings service
 * @param written what the firmware has written since `countedMs` ago, values only
 * @throws FlashImageError when so much does not fit
 */
export function computedMap(
    sizes: Map<string, number>,
    written: { writes: number; bytes: number },
    countedMs: number
): FlashMap {
    const store = FlashStore.format()
    for (const [key, bytes] of sizes)
        if (bytes > 0) store.set(SETTING_PREFIX + key, Buffer.alloc(bytes))
    const map = mapOf(store)
    const { writes } = written
    const bytes = written.bytes + writes * (ENTRY_BYTES + MEAN_PADDING)
    const free = Math.max(PAGE_SIZE / 8, map.freeBytes)
    const erases = ((bytes / free) * map.areaBytes) / PAGE_SIZE
    const years = yearsAt(bytes, countedMs, free)
    const counts = { writes, bytes, erases }
    return { ...map, isComputed: true, counts, countedMs, years }
}

function mapOf(
    store: FlashStore
): Omit<FlashMap, "isComputed" | "counts" | "countedMs" | "years"> {
    const { entries, ...rest } = store.layout()
    const pieces = entries.map(({ key, offset, size, isLive }): FlashPiece => {
        const name = key.replace(SETTING_PREFIX, "")
        return { key: name, kind: kindOf(name), offset, size, isLive }
    })
    return { ...rest, pieces }
}

function kindOf(key: string): FlashPiece["kind"] {
    if (key.startsWith("*")) return "program"
    if (isSettingKey(key)) return "setting"
    return SLOT_KINDS.find(([pattern]) => pattern.test(key))?.[1] ?? "other"
}

/** Bytes of an area that are in use after a compaction. */
function liveBytes({ pieces }: { pieces: FlashPiece[] }): number {
    const latest = new Map(pieces.map(piece => [piece.key, piece]))
    return [...latest.values()].reduce(
        (sum, { kind, size }) =>
            sum + ENTRY_BYTES + (kind === "program" ? 0 : alignedSize(size)),
        HEADER_BYTES
    )
}

/**
 * Years until a page has been erased as often as it may be. The store is compacted whenever one
 * of its two areas is full: then the other one is erased. So a page is erased once in the time in
 * which two areas are filled.
 * @param bytes appended in `ms`
 * @param free bytes of an area that are free after it was compacted
 */
function yearsAt(bytes: number, ms: number, free: number): number | undefined {
    if (bytes === 0 || ms < ENOUGH_MS) return undefined
    const msForArea = (free / bytes) * ms
    return (msForArea * 2 * ERASE_CYCLES) / YEAR_MS
}
