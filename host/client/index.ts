export { Board, type BoardEvents } from "./board.ts"
export {
    type BusWatch,
    connect,
    connectAll,
    type Connection,
    type ConnectOptions,
    watchBus,
} from "./connect.ts"
export {
    byTime,
    type History,
    type LogLine,
    newLine,
    readHistory,
    startUptime,
    taskOf,
} from "./log-lines.ts"
export type { FollowOptions, Run } from "./follow.ts"
export { findStateFolder } from "./find.ts"
export { readSlots } from "./slots.ts"
export { UsageError } from "../errors.ts"
export { NoBoardError, RemoteError, TimedOutError } from "./errors.ts"
export type * from "./types.ts"
