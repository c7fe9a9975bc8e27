// A board with the remote service takes its heap after a while.
import { startRemote } from "../../../src/remote"
import { makeBoard, takeHeap } from "./remote-heap-base"

startRemote(makeBoard())
setTimeout(takeHeap, 2000)
