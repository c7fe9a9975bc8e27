import * as ds from "@devicescript/core"

/** Waits until `condition` holds, 20 s at most: a loaded machine runs the VM late. */
export async function until(condition: () => boolean): Promise<void> {
    const end = ds.millis() + 20_000
    while (!condition()) {
        if (ds.millis() > end) throw new Error("waited in vain")
        await ds.sleep(2)
    }
}
