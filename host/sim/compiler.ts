import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { FirmwareError } from "../errors.ts"
import { processorTime } from "../processes.ts"
import { type Child, startChild } from "./child.ts"
import type { BuildAnswer, BuildJob } from "./protocol.ts"

/** How long a build may take, in ms: some 3 s of CPU time are usual. */
export interface BuildLimits {
    /** CPU time; the clock would also count what other processes take on a busy machine. */
    busyMs: number
    /** Time in which the process uses no CPU time at all. */
    idleMs: number
}

const LIMITS: BuildLimits = { busyMs: 120_000, idleMs: 120_000 }
/** Time between two looks at them, in ms. */
const LOOK_MS = 500
/** How long the output of a process that has ended is waited for, in ms. */
const LAST_OUTPUT_MS = 1000
/** Most attempts at a build whose process is killed from outside, as for lack of memory. */
const MOST_ATTEMPTS = 2

/** The process of a build ended before its answer, and not because it took too long. */
class CompilerDied extends Error {
    readonly output: string

    constructor(how: string, output: string) {
        super(how)
        this.output = output
    }
}

/** A process that compiles one program after the other, faster from the second on. */
class Compiler {
    /** Where it was started: paths are relative to that. */
    readonly folder = process.cwd()
    private readonly child: Child
    private isAlive = true

    constructor() {
        this.child = startChild("build-process")
        this.child.process.once("exit", () => (this.isAlive = false))
        this.child.release()
    }

    get isUsable(): boolean {
        return this.isAlive && this.folder === process.cwd()
    }

    /**
     * @throws FirmwareError when it takes too long
     * @throws CompilerDied when the process ends instead of an answer
     */
    async build(job: BuildJob, limits: BuildLimits): Promise<BuildAnswer> {
        const { child } = this
        child.hold()
        let excess: string | undefined
        const endLimits = watchLimits(child.process.pid!, limits, words => {
            excess = words
            this.end()
        })
        const over = new AbortController()
        const { signal } = over
        try {
            // a process that dies is reported by its exit
            child.process.send(job, () => {})
            const [answer] = (await Promise.race([
                once(child.process, "message", { signal }),
                once(child.process, "exit", { signal }).then(async how => {
                    await lastOutput(child.process)
                    if (excess === undefined)
                        throw new CompilerDied(ending(how), child.output())
                    throw new FirmwareError(
                        `the build of "${job.main}" was ended: ${excess}`
                    )
                }),
            ])) as [BuildAnswer]
            return answer
        } finally {
            endLimits()
            over.abort()
            child.release()
        }
    }

    end(): void {
        this.isAlive = false
        this.child.process.kill("SIGKILL")
    }
}

/** Calls `exceed` once, with words, when a process takes too long. @returns how to end that */
export function watchLimits(
    pid: number,
    { busyMs, idleMs }: BuildLimits,
    exceed: (words: string) => void
): () => void {
    const known = processorTime(pid)
    const from = known ?? performance.now()
    let seen = from
    let seenAt = performance.now()
    const timer = setInterval(() => {
        // one that is gone is reported by its exit; where no times are told, a clock says them
        const now =
            processorTime(pid) ??
            (known === undefined ? performance.now() : seen)
        if (now !== seen) {
            seen = now
            seenAt = performance.now()
        }
        if (now - from > busyMs)
            exceed(`it took more than ${busyMs / 1000} s of a processor`)
        else if (performance.now() - seenAt > idleMs)
            exceed(`its process did nothing for ${idleMs / 1000} s`)
        else return
        clearInterval(timer)
    }, LOOK_MS)
    return () => clearInterval(timer)
}

/** Waits for the last output, not for its end: a process that it has started may hold it open. */
function lastOutput(child: ChildProcess): Promise<void> {
    return new Promise(resolve => {
        const timer = setTimeout(resolve, LAST_OUTPUT_MS)
        child.once("close", () => {
            clearTimeout(timer)
            resolve()
        })
    })
}

function ending([code, signal]: unknown[]): string {
    return signal === null ? `exit code ${String(code)}` : String(signal)
}

/** Processes that are ready for the next build. */
const idle: Compiler[] = []
/** Number of callers that want them kept alive. */
let keepers = 0

/**
 * Builds with a process that waits, or with a new one. One that dies is replaced once.
 * @throws FirmwareError when that dies, too, or takes too long
 */
export async function runBuild(
    job: BuildJob,
    limits = LIMITS
): Promise<BuildAnswer> {
    for (let attempt = 1; ; attempt++) {
        const compiler = takeCompiler()
        try {
            return await compiler.build(job, limits)
        } catch (error) {
            if (!(error instanceof CompilerDied)) throw error
            if (attempt < MOST_ATTEMPTS) continue
            throw new FirmwareError(
                `the build of "${job.main}" was ended ${MOST_ATTEMPTS} times (${error.message}): is there enough memory?`,
                error.output.trim()
            )
        } finally {
            if (keepers > 0 && compiler.isUsable) idle.push(compiler)
            else compiler.end()
        }
    }
}

/**
 * Keeps compilers alive between builds, which are faster then.
 * @returns how to end that
 */
export function keepCompilers(): () => void {
    keepers++
    return () => {
        keepers--
        if (keepers > 0) return
        for (const compiler of idle.splice(0)) compiler.end()
    }
}

function takeCompiler(): Compiler {
    for (;;) {
        const compiler = idle.pop()
        if (!compiler) return new Compiler()
        if (compiler.isUsable) return compiler
        compiler.end()
    }
}
