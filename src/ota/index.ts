export * from "./file"
export * from "./lms"
export * from "./pieces"
export * from "./verify"
