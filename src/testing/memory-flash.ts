import * as ds from "@devicescript/core"
import { checkSlot, FlashSlots, FlashStats } from "../platform"

/**
 * Flash in RAM for tests. It has the limits and answers of the real store, but does not outlive the
 * program.
 * @devsWhenUsed
 */
export class MemoryFlash implements FlashSlots {
    readonly stats: FlashStats = { reads: 0, writes: 0, bytes: 0 }
    readonly slots: Record<string, Buffer> = {}

    async read(key: string): Promise<Buffer | undefined> {
        this.stats.reads++
        // the real store always waits; without a wait a scan would exceed the VM's step limit
        await ds.sleep(0)
        const value = this.slots[key]
        return value && value.length ? value : undefined
    }

    async write(key: string, value: Buffer): Promise<void> {
        checkSlot(key, value)
        this.stats.writes++
        this.stats.bytes += value.length
        this.slots[key] = value.slice()
    }
}
