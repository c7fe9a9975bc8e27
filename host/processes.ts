import { readFileSync } from "node:fs"

/** Unit of the times in /proc, in ms. */
const TICK_MS = 10

/** Whether a process of this machine, of any user, is there; a zombie is. */
export function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0)
        return true
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM"
    }
}

/**
 * How long a process ran, in ms.
 * @returns undefined for one that is gone, and where the system does not tell
 */
export function processorTime(pid: number): number | undefined {
    try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
        return (Number(fields[11]) + Number(fields[12])) * TICK_MS
    } catch {
        return undefined
    }
}
