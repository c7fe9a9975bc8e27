export { Board, type BoardEvents } from "./board.ts"
export {
    connect,
    connectAll,
    type Connection,
    type ConnectOptions,
} from "./connect.ts"
export {
    byTime,
    type History,
    type LogLine,
    newLine,
    readHistory,
} from "./log-lines.ts"
export { NoBoardError, RemoteError, TimedOutError } from "./errors.ts"
export type * from "./types.ts"
