import * as ds from "@devicescript/core"

/** The call below `console.log`, which makes no text of its own. */
const natives = ds as unknown as { print(marker: number, text: string): void }

/** `WHAT COUNT` or `WHAT COUNT time`, put in by the host. */
const PARAMETER = "@parameter                              @"

/** Prints what the host counts: one line of the VM's log. */
function mark(): void {
    natives.print(0x3e, "#")
}

/** What to measure. */
export function measuredName(): string {
    return PARAMETER.trim().split(" ")[0]
}

/** The number that goes with it. */
export function measuredCount(): number {
    return parseInt(PARAMETER.trim().split(" ")[1])
}

/**
 * Has `loop` go round as often as the host asks, in one slice of its own, to count steps or time.
 * The loop stands where the calls stand, so that nothing but them is between two rounds.
 */
export async function measure(loop: (count: number) => void): Promise<void> {
    const count = measuredCount()
    const timed = PARAMETER.trim().endsWith(" time")
    // what is worked out once only is not to be counted
    loop(1)
    await ds.sleep(5)
    if (timed) mark()
    loop(count)
    mark()
    if (timed) console.log("end")
    else burn()
}

/**
 * Prints marks until the VM ends the slice (panic 60001): their number tells how many of the
 * slice's 131,072 steps were left over.
 */
function burn(): void {
    while (true) natives.print(0x3e, "#")
}
