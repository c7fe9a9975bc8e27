// What an application has when nothing else is there.
import { takeHeap } from "./probe"

takeHeap()
