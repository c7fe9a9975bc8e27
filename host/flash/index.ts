export { ESP32_STORE_SIZE, FlashImageError, PAGE_SIZE } from "./layout.ts"
export { FlashStore } from "./store.ts"
