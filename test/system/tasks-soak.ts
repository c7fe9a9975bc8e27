// A long campaign of the task supervision: `npm run test:tasks`.
// Exits with 0 when the program survived, 1 when it panicked or fell silent.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Simulator } from "../../host/sim/index.ts"

/** Longest time for the whole of it, in ms. */
const PATIENCE_MS = 4 * 3_600_000
const PROGRAM = "test/system/programs/task-soak.ts"

const state = mkdtempSync(join(tmpdir(), "fiberd-soak-"))
const sim = new Simulator({
    main: PROGRAM,
    state,
    fastBoot: true,
    collector: false,
    onDeath: error => sim.stop(error.message),
})
sim.onEvent(event => {
    if (event.event === "console") console.log(event.text)
})
try {
    await sim.start()
    const panicked = sim.waitFor("panic", undefined, PATIENCE_MS)
    const survived = sim.waitFor(
        "console",
        event => event.text.startsWith("survived"),
        PATIENCE_MS
    )
    const end = await Promise.race([panicked, survived])
    if (end.event === "panic") {
        console.error(`panic ${end.code}`)
        process.exitCode = 1
    }
} finally {
    await sim.stop()
    rmSync(state, { recursive: true, force: true })
}
process.exit()
