import * as ds from "@devicescript/core"

/** Most ms that a test sleeps for what must happen: a loaded machine runs the VM late. */
const PATIENCE_MS = 10_000

/**
 * Waits until a condition holds.
 * @param what names it when it does not
 * @throws Error when it does not come true
 */
export async function until(
    what: string,
    holds: () => boolean,
    patience = PATIENCE_MS
): Promise<void> {
    for (let waited = 0; !holds(); waited += 2) {
        if (waited >= patience) throw new Error(`never came: ${what}`)
        await ds.sleep(2)
    }
}
