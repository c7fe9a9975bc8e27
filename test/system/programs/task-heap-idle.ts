// See task-heap.ts.
import { measureHeap } from "./task-heap"

await measureHeap(50, false)
