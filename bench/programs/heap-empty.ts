// The heap that an application has when nothing else is linked.
import { takeHeap } from "./probe"

takeHeap()
