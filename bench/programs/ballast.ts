// Holds part of the VM's heap, so that 40 KB are left, as on an ESP32-S2; import it first.
import * as ds from "@devicescript/core"

/** Heap of the simulator's VM, and of an ESP32-S2's, in bytes. */
const HEAP_BYTES = 64 * 1024
const SMALL_HEAP_BYTES = 40 * 1024

const ballast = Buffer.alloc(HEAP_BYTES - SMALL_HEAP_BYTES)

async function hold(): Promise<void> {
    while (true) {
        await ds.sleep(3600000)
        ballast[0] = 1
    }
}

hold.start()
