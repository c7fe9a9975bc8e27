import * as ds from "@devicescript/core"

/** The call below `console.log`, which makes no text. */
const natives = ds as unknown as { print(marker: number, text: string): void }

/** `WHAT COUNT`, or `WHAT COUNT time SLICES`, put in by the host. */
const PARAMETER = "@parameter                              @"

/** Between two slices, in ms: less would not let the VM's process do anything else. */
const BETWEEN_MS = 3

/** Prints what the host counts: one line of the VM's log. */
export function mark(): void {
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
 * Runs `loop` for as many rounds as the host asks: in one slice, to count its steps, or in many, to
 * time each. The caller writes the loop around its calls, so that nothing else runs between two
 * rounds.
 */
export async function measure(loop: (count: number) => void): Promise<void> {
    const [, number, isTimed, slices] = PARAMETER.trim().split(" ")
    const count = parseInt(number)
    // work that is done only the first time must not be counted
    loop(1)
    if (isTimed) return await time(loop, count, parseInt(slices))
    await ds.sleep(BETWEEN_MS)
    loop(count)
    mark()
    burn()
}

/** Makes a mark before and after the calls of each slice. */
async function time(
    loop: (count: number) => void,
    count: number,
    slices: number
): Promise<void> {
    for (let i = 0; i < slices; ++i) {
        await ds.sleep(BETWEEN_MS)
        mark()
        loop(count)
        mark()
    }
    console.log("end")
}

/**
 * Prints marks until the VM ends the slice (panic 60001): their number tells how many of the
 * slice's 131,072 steps were left over.
 */
function burn(): void {
    while (true) natives.print(0x3e, "#")
}
