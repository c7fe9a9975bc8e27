import { constants } from "node:os"
import { onOutputLost } from "../output.ts"

/** Signals that end a command in order. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const
/** What shells add to a signal's number in the exit code of a process that it ended. */
const SIGNAL_BASE = 128

/**
 * Calls `listener` when a signal wants the process to end.
 * @param listener gets the exit code that shells give such a process
 * @returns how to leave that to the system again
 */
export function onEndSignal(
    listener: (signal: string, exitCode: number) => void
): () => void {
    const end = (signal: (typeof SIGNALS)[number]) =>
        listener(signal, SIGNAL_BASE + constants.signals[signal])
    for (const signal of SIGNALS) process.once(signal, end)
    return () => {
        for (const signal of SIGNALS) process.off(signal, end)
    }
}

/** Waits until a signal wants a service to end, or nobody reads what it prints. */
export function endOfService(): Promise<void> {
    return new Promise(resolve => {
        onEndSignal(() => resolve())
        onOutputLost(resolve)
    })
}
