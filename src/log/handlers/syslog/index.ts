export * from "./handler"
export * from "./late"
