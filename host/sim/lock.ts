// Lock files. At most one process holds one, whatever processes are killed: a lock is made by a link,
// which fails when there is one, and replaced only when its holder is gone, by whoever holds the lock
// of the takeover, which is a lock like any other. Of a holder on another host, or in another
// container, nobody here can tell whether it is gone: its lock stays, and errors say what to do.
import { randomBytes } from "node:crypto"
import {
    linkSync,
    readFileSync,
    readlinkSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs"
import { hostname } from "node:os"
import { setTimeout as sleep } from "node:timers/promises"
import { withPath } from "../files.ts"
import { isAlive, processStat } from "../processes.ts"

/** How often a lock that is waited for is tried, in ms. */
const RETRY_MS = 50
/** What a system does not tell. */
const UNKNOWN = "-"
/** States of a process in /proc that has ended, and whose parent does not ask for it. */
const ENDED = ["Z", "X"]

/** What a lock file says of its holder. */
interface Holder {
    pid: number
    /** When the process has started: its id alone is used again. */
    start: string
    /** The boot of its machine. */
    boot: string
    /** The namespace of its id: that of a container. */
    space: string
    host: string
}

/**
 * Takes a lock file for this process. A lock left by a process that is gone is taken over.
 * @returns how to give it back, or undefined when another process holds it
 * @throws UsageError naming a file that cannot be made or read
 */
export function tryLock(file: string): (() => void) | undefined {
    const text = holderText()
    const mine = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`
    try {
        withPath(file, () => writeFileSync(mine, text, { flag: "wx" }))
        if (!link(mine, file) && !(isLeft(file) && takeOver(file, mine)))
            return undefined
        return () => {
            if (read(file) === text) rmSync(file, { force: true })
        }
    } finally {
        rmSync(mine, { force: true })
    }
}

/**
 * Waits for a lock file.
 * @throws Error naming the holder when it is not free within `timeoutMs`
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
            throw new Error(`"${file}" is held by ${holderOf(file)}`)
        await sleep(RETRY_MS)
    }
}

/** Who holds a lock, and what to do when that cannot be found out here. */
export function holderOf(file: string): string {
    const holder = parseHolder(read(file) ?? "")
    if (!holder) return "another process"
    const { pid, host } = holder
    return isElsewhere(holder)
        ? `process ${pid} of "${host}"; if that has ended, remove "${file}"`
        : `process ${pid}`
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

/** Replaces a lock whose holder is gone, unless another process is faster. */
function takeOver(file: string, mine: string): boolean {
    const release = tryLock(`${file}.takeover`)
    if (!release) return false
    try {
        if (read(file) === undefined) return link(mine, file)
        // only now nobody else can replace what is seen here
        if (!isLeft(file)) return false
        renameSync(mine, file)
        return true
    } finally {
        release()
    }
}

/** Whether nobody holds a lock any more: its holder has removed it meanwhile, or is gone. */
function isLeft(file: string): boolean {
    const text = read(file)
    if (text === undefined) return true
    const holder = parseHolder(text)
    // half-written before a power cut
    if (!holder) return true
    if (isElsewhere(holder)) return false
    return isOfEarlierBoot(holder) || hasEnded(holder)
}

/** Whether a process id of a holder says nothing here. */
function isElsewhere({ boot, space, host }: Holder): boolean {
    const here = place()
    if (boot !== UNKNOWN && boot === here.boot) return space !== here.space
    return host !== UNKNOWN && host !== here.host
}

function isOfEarlierBoot({ boot }: Holder): boolean {
    const here = place()
    return ![boot, here.boot].includes(UNKNOWN) && boot !== here.boot
}

function hasEnded({ pid, start }: Holder): boolean {
    const now = startOf(pid)
    if (now === undefined) return true
    return ![start, now].includes(UNKNOWN) && start !== now
}

/** When a process has started, unknown where the system does not tell; undefined when it has ended. */
function startOf(pid: number): string | undefined {
    const fields = processStat(pid)
    if (!fields) return isAlive(pid) ? UNKNOWN : undefined
    return ENDED.includes(fields[0]!) ? undefined : fields[19]
}

/** Where this process runs. */
function place(): Omit<Holder, "pid" | "start"> {
    return {
        boot: systemText(() =>
            readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
        ),
        space: systemText(() => readlinkSync("/proc/self/ns/pid")),
        host: hostname() || UNKNOWN,
    }
}

function holderText(): string {
    const { boot, space, host } = place()
    const start = startOf(process.pid) ?? UNKNOWN
    return [process.pid, start, boot, space, host].join(" ")
}

/** Reads a lock's text; undefined when it is none. Versions before wrote id and start only. */
function parseHolder(text: string): Holder | undefined {
    const [pid, ...fields] = text.split(" ")
    if (!/^\d+$/.test(pid!)) return undefined
    const [start, boot, space, host] = fields
    return {
        pid: Number(pid),
        start: start || UNKNOWN,
        boot: boot ?? UNKNOWN,
        space: space ?? UNKNOWN,
        host: host ?? UNKNOWN,
    }
}

function read(file: string): string | undefined {
    return withPath(file, () => {
        try {
            return readFileSync(file, "utf8")
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === "ENOENT")
                return undefined
            throw error
        }
    })
}

/** What a system tells, where it does. */
function systemText(step: () => string): string {
    try {
        return step()
    } catch {
        return UNKNOWN
    }
}
