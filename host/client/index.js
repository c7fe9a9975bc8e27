// The door for programs in plain JavaScript: `import { connect } from "fiberd/client"`.
import "../register.js"

export const {
    Board,
    connect,
    connectAll,
    NoBoardError,
    RemoteError,
    TimedOutError,
} = await import("./index.ts")
