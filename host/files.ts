import { readFileSync, statSync } from "node:fs"
import { UsageError } from "./errors.ts"

const WORDS: Record<string, string> = {
    ENOENT: "not found",
    ENOTDIR: "not found",
    EISDIR: "is a folder",
    EEXIST: "exists and is no folder",
    EACCES: "may not be used (permission denied)",
    EPERM: "may not be used (permission denied)",
    EROFS: "lies on a read-only file system",
    ENOSPC: "cannot be written: no space is left",
    EDQUOT: "cannot be written: the quota is used up",
    EMFILE: "cannot be opened: too many files are open",
    ELOOP: "is a loop of links",
    ENAMETOOLONG: "has too long a name",
}

/** What went wrong with a file, in words; undefined for an error that is none of the system's. */
export function systemFailure(error: unknown): string | undefined {
    const code = (error as NodeJS.ErrnoException | undefined)?.code
    if (!code || !/^E[A-Z0-9]+$/.test(code)) return undefined
    return WORDS[code] ?? `cannot be used (${code})`
}

/**
 * Runs `step`, which reads or writes `path`; the system's own errors do not name it.
 * @throws UsageError naming the path and what is wrong with it
 */
export function withPath<T>(path: string, step: () => T): T {
    try {
        return step()
    } catch (error) {
        const words = systemFailure(error)
        if (words === undefined) throw error
        throw new UsageError(`"${path}" ${words}`)
    }
}

/**
 * Reads a regular file. A pipe or a device could block for ever or have no end.
 * @throws UsageError naming the path: not found, no file, or more than `most` bytes
 */
export function readInput(path: string, most: number): Buffer {
    return withPath(path, () => {
        const stats = statSync(path)
        if (stats.isDirectory()) throw new UsageError(`"${path}" is a folder`)
        if (!stats.isFile())
            throw new UsageError(`"${path}" is no regular file`)
        if (stats.size > most)
            throw new UsageError(
                `"${path}" is too large: ${stats.size} bytes, at most ${most} are taken`
            )
        return readFileSync(path)
    })
}
