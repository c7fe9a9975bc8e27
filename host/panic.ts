/** What the VM's panic codes mean (microsoft/devicescript `runtime/devicescript/devicescript.h`). */
const MEANINGS: Record<number, string> = {
    60000: "restart asked for",
    60001: "131,072 steps without a wait",
    60004: "out of heap",
    60005: "uncaught exception",
    60006: "stack too deep",
}
/** From here on a code is that of the VM's verifier, which found the program wrong. */
const FIRST_VERIFIER_CODE = 61_000
const VERIFIER_BASE = 60_000

/** A panic code in words. */
export function panicMeaning(code: number): string {
    if (code >= FIRST_VERIFIER_CODE)
        return `program refused by the VM's verifier, ${code - VERIFIER_BASE}`
    return MEANINGS[code] ?? "unknown"
}
