import {
    linkSync,
    readFileSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { withPath } from "../files.ts"

/** How often a lock that is waited for is tried, in ms. */
const RETRY_MS = 50

let lockCount = 0

/**
 * Takes a lock file for this process. A lock left by a process that is gone is taken over.
 * @returns how to give it back, or undefined when a living process holds it
 */
export function tryLock(file: string): (() => void) | undefined {
    const mine = `${file}.${process.pid}.${lockCount++}`
    try {
        withPath(file, () => writeFileSync(mine, identity(process.pid)))
        if (!link(mine, file) && !(removeStale(file, mine) && link(mine, file)))
            return undefined
        return () => rmSync(file, { force: true })
    } finally {
        rmSync(mine, { force: true })
    }
}

/**
 * Waits for a lock file.
 * @throws Error when it is not free within `timeoutMs`
 */
export async function waitLock(
    file: string,
    timeoutMs: number
): Promise<() => void> {
    const until = performance.now() + timeoutMs
    for (;;) {
        const release = tryLock(file)
        if (release) return release
        if (performance.now() > until)
            throw new Error(`"${file}" is held by another process`)
        await sleep(RETRY_MS)
    }
}

function link(from: string, to: string): boolean {
    try {
        linkSync(from, to)
        return true
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
        throw error
    }
}

/** Removes a lock whose holder is gone; of several who try, each removes only what it judged. */
function removeStale(file: string, mine: string): boolean {
    const holder = read(file)
    if (holder === undefined) return true
    if (holder === identity(Number(holder.split(" ")[0]))) return false
    const moved = `${mine}.stale`
    try {
        renameSync(file, moved)
    } catch {
        return true
    }
    const same = read(moved) === holder
    if (!same) link(moved, file)
    rmSync(moved, { force: true })
    return same
}

function read(file: string): string | undefined {
    try {
        return readFileSync(file, "utf8")
    } catch {
        return undefined
    }
}

/** Process id and, where the system tells it, start time: an id alone is used again. */
function identity(pid: number): string {
    const stat = read(`/proc/${pid}/stat`)
    if (stat)
        return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`
    return isAlive(pid) ? `${pid} ` : ""
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0)
        return true
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM"
    }
}
