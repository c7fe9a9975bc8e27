// A board that takes its heap when a client asks for it.
import { startRemote } from "../../../src/remote"
import { makeBoard, takeHeap } from "./remote-heap-base"

const parts = makeBoard()
startRemote(parts)
parts.tasks.add(
    "eat",
    async () => {
        takeHeap()
    },
    { autostart: false }
)
