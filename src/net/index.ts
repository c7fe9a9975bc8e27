export * from "./arbiter"
export * from "./backoff"
export * from "./syslog"
export * from "./time"
