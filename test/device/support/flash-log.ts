import * as ds from "@devicescript/core"
import { FileOptions, FileRotationHandler } from "../../../src/flashlog"
import { Level } from "../../../src/log/levels"
import { LogRecord } from "../../../src/log/record"
import { Clock, FlashSlots, FlashStats, Signal } from "../../../src/platform"
import { ManualClock, MemoryFlash } from "../../../src/testing"

/** One write as the flash saw it. */
export interface Write {
    key: string
    value: Buffer
}

/** Flash in RAM that can be made to fail, and remembers its writes. */
export class TestFlash implements FlashSlots {
    readonly memory = new MemoryFlash()
    /** The slots before the first write. */
    base: Record<string, Buffer> = {}
    readonly stats: FlashStats = this.memory.stats
    readonly writes: Write[] = []
    /** Writes that were tried. */
    attempts = 0
    /** Writes throw. */
    broken = false
    /** Writes are lost without an error, as when the VM's store is full. */
    full = false
    /** Reads throw. */
    deaf = false
    /** Holds the next write up until it is notified. */
    held: Signal

    async read(key: string): Promise<Buffer | undefined> {
        if (this.deaf) throw new Error("no answer")
        return await this.memory.read(key)
    }

    async write(key: string, value: Buffer): Promise<void> {
        const { held } = this
        this.held = undefined
        if (held) await held.wait()
        this.attempts++
        if (this.broken) throw new Error("broken")
        if (this.full) return
        this.writes.push({ key, value: value.slice() })
        await this.memory.write(key, value)
    }

    /** The flash as it stands after the first `count` writes: a power cut right after them. */
    cutAfter(count: number): TestFlash {
        const cut = new TestFlash()
        Object.assign(cut.memory.slots, this.base)
        for (let i = 0; i < count; ++i) {
            const { key, value } = this.writes[i]
            cut.memory.slots[key] = value
        }
        Object.assign(cut.base, cut.memory.slots)
        return cut
    }
}

/** A record as the log hands it out; the file handler looks at level and times only. */
export function record(level: Level, clock: Clock): LogRecord {
    return {
        time: clock.millis(),
        wall: clock.wall(),
        level,
        topic: "test",
        mark: undefined,
        name: "test",
        message: "",
        meta: undefined,
    }
}

/** A flash log named `error.log`. */
export function openLog(
    flash: FlashSlots,
    maxSize: number,
    options: Record<string, any> = {},
    clock: Clock = new ManualClock(0)
): FileRotationHandler {
    const base: FileOptions = { flash, clock }
    return new FileRotationHandler(
        "error.log",
        maxSize,
        Object.assign(base, options)
    )
}

/** The message of what `call` throws. */
export function fails(call: () => unknown): string {
    try {
        call()
    } catch (e: any) {
        return e.message
    }
    return "nothing thrown"
}
