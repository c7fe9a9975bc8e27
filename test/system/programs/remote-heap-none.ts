// A board without the remote service takes its heap after a while.
import { makeBoard, takeHeap } from "./remote-heap-base"

makeBoard()
setTimeout(takeHeap, 2000)
