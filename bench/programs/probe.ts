import * as ds from "@devicescript/core"

/** The call below `console.log`, which makes no text. */
const natives = ds as unknown as { print(marker: number, text: string): void }

/** What the probe prints for each block that it got. */
export const BLOCK_MARK = "#"
/** Bytes of heap that a block takes: 16 for an array, 4 and 5 times 8 for its elements. */
export const BLOCK_BYTES = 60

/**
 * Takes the whole heap, block by block in one slice, until the VM gives up (panic 60004), and
 * prints a mark for each block: their number is what an application could have had.
 */
export function takeHeap(): void {
    let held: unknown[] = []
    while (true) {
        held = [held, 0, 0, 0, 0]
        natives.print(0x3e, BLOCK_MARK)
    }
}
