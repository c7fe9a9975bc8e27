export * from "./arbiter"
export * from "./backoff"
export * from "./http"
export * from "./time"
