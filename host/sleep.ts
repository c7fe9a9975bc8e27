/** Longest time that a timer of Node's takes, in ms: 24.8 days. A longer one is over at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Calls `action` after `ms`, however many they are. @param isHeld whether the process runs until then */
export function callAfter(
    ms: number,
    action: () => void,
    isHeld: boolean
): void {
    const step = Math.min(Math.max(ms, 0), MAX_TIMER_MS)
    const timer = setTimeout(() => {
        if (ms > step) callAfter(ms - step, action, isHeld)
        else action()
    }, step)
    if (!isHeld) timer.unref()
}

/** Waits `ms`, however many they are. */
export function longSleep(ms: number): Promise<void> {
    return new Promise(resolve => callAfter(ms, resolve, true))
}
