// What the heap programs share: a board with all that the remote service shows, and its end.
import * as ds from "@devicescript/core"
import { FileRotationHandler } from "../../../src/flashlog"
import { LogSystem, RingHandler } from "../../../src/log"
import { SettingsFlash, SystemClock } from "../../../src/platform"
import type { RemoteParts } from "../../../src/remote"
import { TaskRegistry } from "../../../src/tasks"

/** Time between two lines by which a board shows that it lives, in ms. */
const BEAT_MS = 500

/** The call below `console.log`, which makes no text. */
const natives = ds as unknown as { print(marker: number, text: string): void }

/** A board with two tasks and lines that come all the time. */
export function makeBoard(): RemoteParts {
    const clock = new SystemClock()
    const flash = new SettingsFlash()
    const log = new LogSystem(clock)
    const ring = new RingHandler(2048)
    const file = new FileRotationHandler("error.log", 1400, { flash, clock })
    log.addHandler("ring", ring)
    log.addHandler("file", file)
    const tasks = new TaskRegistry({ log, clock, lines: ring })
    const beat = log.logger("beat")
    setInterval(() => {
        beat.info("beat")
        console.log("beat")
    }, BEAT_MS)
    tasks.add("idle", async task => {
        await task.sleep(3600000)
    })
    tasks.add("often", async () => {}, { every: 1000 })
    return { clock, tasks, log, ring, file, flash, hostname: "board" }
}

/** Takes the whole heap in blocks of 60 bytes, with a mark for each, until the VM gives up. */
export function takeHeap(): void {
    let held: unknown[] = []
    while (true) {
        held = [held, 0, 0, 0, 0]
        natives.print(0x3e, "#")
    }
}
