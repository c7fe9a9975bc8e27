// A board that takes its heap when a client asks for it by two requests: by one alone, such as
// `Restart *`, hostile packets would do that, too.
import { startRemote } from "../../../src/remote"
import { makeBoard, takeHeap } from "./remote-heap-base"

/** The levels by which the client says that it means it. */
const AGREED = "info debug@eat"

const parts = makeBoard()
startRemote(parts)
parts.tasks.add(
    "eat",
    async () => {
        if (parts.log.spec() === AGREED) takeHeap()
    },
    { autostart: false }
)
