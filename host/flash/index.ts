export {
    ENTRY_BYTES,
    ESP32_STORE_SIZE,
    FlashImageError,
    GENERATION_OFFSET,
    headerPagesFor,
    PAGE_SIZE,
    SETTING_PREFIX,
} from "./layout.ts"
export { computedMap, flashMap } from "./map.ts"
export { buildId, deployProgram } from "./build-id.ts"
export { type LogFile, readLogFiles } from "./log.ts"
export { applySettings } from "./settings.ts"
export { FIRMWARE_SLOTS } from "./slots.ts"
export { FlashStore, type StoreLayout } from "./store.ts"
export type { FlashCounts, FlashMap, FlashPiece } from "./types.ts"
