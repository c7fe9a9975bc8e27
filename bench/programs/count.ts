import * as ds from "@devicescript/core"

/** The call below `console.log`, which makes no text of its own. */
const natives = ds as unknown as { print(marker: number, text: string): void }

/** What is measured, and how often it is called: `NAME COUNT`, put in by the host. */
const PARAMETER = "@parameter                              @"

/** What to measure. */
export function measuredName(): string {
    return PARAMETER.trim().split(" ")[0]
}

/** The number that goes with it. */
export function measuredCount(): number {
    return parseInt(PARAMETER.trim().split(" ")[1])
}

/**
 * Calls `call` as often as the host asks, from the beginning of a slice, and prints marks for
 * the rest of the slice, until the VM ends it (panic 60001). Their number tells how many of the
 * slice's 131,072 steps the calls have left over.
 */
export async function countSteps(call: (i: number) => void): Promise<void> {
    const count = measuredCount()
    // what is worked out once only is not to be counted
    call(0)
    await ds.sleep(5)
    for (let i = 0; i < count; ++i) call(i)
    burn()
}

/** Prints marks until the VM ends the slice. */
export function burn(): void {
    while (true) natives.print(0x3e, "#")
}
