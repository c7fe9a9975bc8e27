export * from "./console"
export * from "./ring"
export * from "./file"
export * from "./heartbeat"
