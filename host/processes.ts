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
 * What Linux tells of a process, from its state on (proc_pid_stat(5)).
 * @returns undefined for one that is gone, and where the system does not tell
 */
export function processStat(pid: number): string[] | undefined {
    try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
        // the name of the program, in brackets, may have any characters
        return stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    } catch {
        return undefined
    }
}

/** How long a process ran, in ms; undefined as for `processStat`. */
export function processorTime(pid: number): number | undefined {
    const fields = processStat(pid)
    return fields && (Number(fields[11]) + Number(fields[12])) * TICK_MS
}
