export * from "./clock"
export * from "./fibers"
export * from "./flash"
export * from "./slots"
