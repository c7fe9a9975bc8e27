import {
    chmodSync,
    chownSync,
    closeSync,
    existsSync,
    fsyncSync,
    linkSync,
    mkdirSync,
    openSync,
    readdirSync,
    readFileSync,
    realpathSync,
    renameSync,
    rmSync,
    type Stats,
    statSync,
    writeFileSync,
    writeSync,
} from "node:fs"
import { basename, dirname, join } from "node:path"
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
    EFBIG: "cannot be written: it gets larger than is allowed",
    EIO: "cannot be used (the device fails)",
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
 * What the system knows about a path; undefined when there is no such file. One that leads through a
 * file is none either for Node 24; for Node 20 it is an error.
 * @throws UsageError naming the path
 */
export function statsOf(path: string): Stats | undefined {
    return withPath(path, () => statSync(path, { throwIfNoEntry: false }))
}

/**
 * Reads a regular file. A pipe or a device could block for ever or have no end.
 * @throws UsageError naming the path: not found, no file, or more than `most` bytes
 */
export function readInput(path: string, most: number): Buffer {
    return withPath(path, () => {
        const stats = statSync(path)
        checkRegular(path, stats)
        if (stats.size > most)
            throw new UsageError(
                `"${path}" is too large: ${stats.size} bytes, at most ${most} are taken`
            )
        return readFileSync(path)
    })
}

/**
 * Reads a regular file of text. Bytes that are none would be read as others, and go to a board so.
 * @throws UsageError naming the path, also when it is not UTF-8
 */
export function readTextInput(path: string, most: number): string {
    return decodeText(path, readInput(path, most))
}

/**
 * Decodes the text of a file; a byte order mark stays in it.
 * @throws UsageError naming the path when it is not UTF-8
 */
export function decodeText(path: string, bytes: Buffer): string {
    try {
        const decoder = new TextDecoder("utf-8", {
            fatal: true,
            ignoreBOM: true,
        })
        return decoder.decode(bytes)
    } catch {
        throw new UsageError(`"${path}" is not UTF-8 text`)
    }
}

/** Whether two paths lead to one file. */
export function isSameFile(one: string, other: string): boolean {
    const [a, b] = [statsOf(one), statsOf(other)]
    return !!a && !!b && a.dev === b.dev && a.ino === b.ino
}

/** Who may use a new file unless something else is wanted; the umask takes its part off. */
const DEFAULT_MODE = 0o666
/** The bits of a file's mode that say who may use it. */
const MODE_BITS = 0o7777

/** Errors of file systems that know no second name of a file. */
const NO_LINKS = ["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK"]

/** What the name of a file is followed by while it is written: the id of who writes it. */
const FRESH = /^\d+\.new$/

/** How a file is written. */
export interface OutputOptions {
    /** Who may use a new file; one that is replaced keeps its owner and mode. */
    mode?: number
    /** Wait until the disk has it, so that it outlasts a power cut. */
    isSynced?: boolean
}

/** The error about a file that is there already and must stay as it is. */
export function existsError(path: string): UsageError {
    return new UsageError(`"${path}" exists and is not overwritten`)
}

/**
 * Makes files that are not there yet, all or none, and waits until the disk has them. None is ever there
 * in part, whoever ends this process.
 * @throws UsageError naming the path; a file that is there stays as it is
 */
export function createOutputs(
    files: readonly { path: string; data: string }[],
    mode: number
): void {
    const made: string[] = []
    try {
        for (const { path, data } of files)
            withPath(path, () => writeFresh(freshName(path), data, mode))
        for (const { path } of files) {
            withPath(path, () => nameFresh(freshName(path), path))
            made.push(path)
        }
        for (const { path } of files) withPath(path, () => sync(dirname(path)))
    } catch (error) {
        for (const path of made) rmSync(path)
        throw error
    } finally {
        for (const { path } of files) rmSync(freshName(path), { force: true })
    }
}

/** What a file is called while it is written. */
function freshName(path: string): string {
    return `${path}.${process.pid}.new`
}

/** Writes a file that nobody else writes, and waits until the disk has it. */
function writeFresh(fresh: string, data: string, mode: number): void {
    rmSync(fresh, { force: true })
    writeFileSync(fresh, data, { mode, flag: "wx" })
    sync(fresh)
}

/** Gives a new file its name. @throws UsageError when there is a file of that name */
function nameFresh(fresh: string, path: string): void {
    try {
        linkSync(fresh, path)
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === "EEXIST" || existsSync(path)) throw existsError(path)
        if (!NO_LINKS.includes(code ?? "")) throw error
        renameSync(fresh, path)
    }
}

/**
 * Writes a file as a whole: whatever fails, a reader finds the old content or the new one. A
 * device is written to as it is; a pipe could block for ever.
 * @throws UsageError naming the path; nothing else is left then
 */
export function writeOutput(
    path: string,
    data: Uint8Array | string,
    { mode, isSynced }: OutputOptions = {}
): void {
    withPath(path, () => {
        const file = placeOf(path)
        if (file === undefined) return writeFileSync(path, data)
        writeBeside(file, data, mode, fresh => {
            if (isSynced) sync(fresh)
            renameSync(fresh, file)
        })
        if (isSynced) sync(dirname(file))
    })
}

/**
 * Checks that a file can be written, before work that cannot be done twice.
 * @param bytes its size: there must be room for it
 * @throws UsageError naming the path
 */
export function checkOutput(path: string, bytes: number): void {
    withPath(path, () => {
        const file = placeOf(path)
        if (file === undefined) return checkDevice(path)
        // zeros might take no room
        const data = Buffer.alloc(bytes, "x")
        writeBeside(file, data, undefined, fresh => {
            sync(fresh)
            rmSync(fresh)
        })
    })
}

/** Writes nothing, which a device that is full refuses also. */
export function writeNothing(descriptor: number): void {
    writeSync(descriptor, Buffer.alloc(0))
}

function checkDevice(path: string): void {
    const descriptor = openSync(path, "w")
    try {
        writeNothing(descriptor)
    } finally {
        closeSync(descriptor)
    }
}

/** Where an output lies, past links; undefined for a device. @throws UsageError for a folder or pipe */
function placeOf(path: string): string | undefined {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats?.isCharacterDevice()) return undefined
    checkRegular(path, stats)
    return stats ? realpathSync(path) : path
}

/** Writes a new file beside `file` and passes its path on; none is left when that fails. */
function writeBeside(
    file: string,
    data: Uint8Array | string,
    mode = DEFAULT_MODE,
    use: (fresh: string) => void
): void {
    const fresh = freshName(file)
    const old = statSync(file, { throwIfNoEntry: false })
    // not even for a moment may anybody read it who could not read the old one
    const least = mode & (old?.mode ?? MODE_BITS)
    try {
        rmSync(fresh, { force: true })
        writeFileSync(fresh, data, { mode: least, flag: "wx" })
        if (old) keepAccess(fresh, old)
        use(fresh)
    } catch (error) {
        rmSync(fresh, { force: true })
        throw error
    }
}

/**
 * Removes what killed processes have left of outputs to `path`. No other process may write it now.
 * @throws UsageError naming the path
 */
export function removeUnfinished(path: string): void {
    const start = `${basename(path)}.`
    withPath(path, () => {
        for (const name of readdirSync(dirname(path)))
            if (name.startsWith(start) && FRESH.test(name.slice(start.length)))
                rmSync(join(dirname(path), name))
    })
}

/** Gives a new file the owner, group and mode of the one that it replaces. */
function keepAccess(fresh: string, { uid, gid, mode }: Stats): void {
    try {
        chownSync(fresh, uid, gid)
        chmodSync(fresh, mode & MODE_BITS)
    } catch {
        // somebody else's file: the new one is for whom both modes allow
    }
}

/**
 * Makes a folder, and those above it. Node's own way to do so never ends where the file system takes
 * no folder, as in /proc.
 * @throws UsageError naming the first folder that cannot be made, and why
 */
export function makeFolder(path: string): void {
    withPath(path, () => {
        try {
            return mkdirSync(path)
        } catch (error) {
            const { code } = error as NodeJS.ErrnoException
            if (code === "EEXIST" && isFolder(path)) return
            if (code !== "ENOENT" && code !== "ENOTDIR") throw error
        }
        const above = dirname(path)
        if (isFolder(above))
            throw new UsageError(`"${path}" cannot be made there`)
        makeFolder(above)
        makeFolder(path)
    })
}

/** Whether there is a folder of this name. */
export function isFolder(path: string): boolean {
    try {
        return statSync(path).isDirectory()
    } catch {
        return false
    }
}

/** Waits until the disk has a file, or a folder's list of files. */
function sync(path: string): void {
    const descriptor = openSync(path, "r")
    try {
        fsyncSync(descriptor)
    } finally {
        closeSync(descriptor)
    }
}

/** Whether a file can be read to its end: a pipe or a device could block for ever. */
export function isRegular(path: string): boolean {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

/** @throws UsageError for what is there and is no regular file */
function checkRegular(path: string, stats: Stats | undefined): void {
    if (stats?.isDirectory()) throw new UsageError(`"${path}" is a folder`)
    if (stats && !stats.isFile())
        throw new UsageError(`"${path}" is no regular file`)
}
