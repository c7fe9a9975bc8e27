export * from "./fake-socket"
export * from "./manual-clock"
export * from "./memory-flash"
