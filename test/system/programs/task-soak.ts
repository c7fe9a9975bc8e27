// 10,000 failures and hangs of all kinds, in a heap where a leak of one byte each is fatal.
import { LogSystem } from "../../../src/log"
import { SystemClock } from "../../../src/platform"
import { TaskRegistry } from "../../../src/tasks"
import { KINDS, soak } from "../../device/support/soak"

const INJECTIONS = 10_000
/** Rounds between two lines of progress. */
const ROUNDS_PER_LINE = 75
/** Heap that is taken away, in blocks of 1,000 bytes: with 20 of them the first round fails. */
const BALLAST_BLOCKS = 16

const clock = new SystemClock()
const tasks = new TaskRegistry({ log: new LogSystem(clock), clock })
await soak(tasks, 1)
const ballast: Buffer[] = []
for (let i = 0; i < BALLAST_BLOCKS; ++i) ballast.push(Buffer.alloc(1000))
let injected = 0
while (injected < INJECTIONS) {
    const { beats, latest } = await soak(tasks, ROUNDS_PER_LINE)
    injected += ROUNDS_PER_LINE * KINDS
    console.log(
        `${injected} injected of ${KINDS} kinds, ${beats} beats beside, latest by ${latest} ms`
    )
}
console.log(`survived ${injected} beside ${ballast.length} blocks of ballast`)
