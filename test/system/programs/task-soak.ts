// 10,000 failures and hangs of all kinds, in a heap where a leak of 2 bytes each would be fatal.
import { LogSystem } from "../../../src/log"
import { SystemClock } from "../../../src/platform"
import { TaskRegistry } from "../../../src/tasks"
import { KINDS, soak } from "../../device/support/soak"

const INJECTIONS = 10_000
/** So many rounds are done between two lines of progress. */
const ROUNDS_PER_LINE = 75
/** Heap that is taken away, in blocks of 1,000 bytes, to leave no room for a leak. */
const BALLAST_BLOCKS = 20

const clock = new SystemClock()
const tasks = new TaskRegistry({ log: new LogSystem(clock), clock })
await soak(tasks, 1)
const ballast: Buffer[] = []
for (let i = 0; i < BALLAST_BLOCKS; ++i) ballast.push(Buffer.alloc(1000))
let injected = 0
let beats = 0
while (injected < INJECTIONS) {
    beats += await soak(tasks, ROUNDS_PER_LINE)
    injected += ROUNDS_PER_LINE * KINDS
    console.log(`${injected} injected, ${beats} beats beside`)
}
console.log(`survived ${injected} beside ${ballast.length} blocks of ballast`)
