export * from "./arbiter"
export * from "./backoff"
export * from "./time"
