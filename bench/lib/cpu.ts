import { readFileSync } from "node:fs"

/**
 * Time that the main thread of a process has had on a CPU so far, in ms: others on the machine
 * do not count. From `/proc`, thus on Linux only.
 */
export function cpuTimeOf(pid: number): number {
    const [nanoseconds] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(
        " "
    )
    return Number(nanoseconds) / 1e6
}
