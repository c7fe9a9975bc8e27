import { once } from "node:events"
import { FirmwareError } from "../errors.ts"
import { type Child, startChild } from "./child.ts"
import type { BuildAnswer, BuildJob } from "./protocol.ts"

/** Longest build, in ms: some 3 s are usual. */
export const BUILD_TIMEOUT_MS = 120_000

/** A process that compiles one program after the other, faster from the second on. */
class Compiler {
    /** Where it was started: paths are relative to that. */
    readonly folder = process.cwd()
    private readonly child: Child
    private isAlive = true

    constructor() {
        this.child = startChild("./build-process.ts", [])
        this.child.process.once("close", () => (this.isAlive = false))
        this.child.release()
    }

    get isUsable(): boolean {
        return this.isAlive && this.folder === process.cwd()
    }

    /** @throws FirmwareError when the process ends instead of an answer */
    async build(job: BuildJob): Promise<BuildAnswer> {
        const { child } = this
        child.hold()
        const timer = setTimeout(() => this.end(), BUILD_TIMEOUT_MS)
        const over = new AbortController()
        const { signal } = over
        try {
            // one that dies is told of by its end
            child.process.send(job, () => {})
            const [answer] = (await Promise.race([
                once(child.process, "message", { signal }),
                once(child.process, "close", { signal }).then(how => {
                    throw endedEarly(job.main, how, child.output())
                }),
            ])) as [BuildAnswer]
            return answer
        } finally {
            clearTimeout(timer)
            over.abort()
            child.release()
        }
    }

    end(): void {
        this.isAlive = false
        this.child.process.kill("SIGKILL")
    }
}

/** Processes that wait for the next build. */
const idle: Compiler[] = []
/** How many want them to live on. */
let keepers = 0

/** Builds with a process that waits, or with a new one. */
export async function runBuild(job: BuildJob): Promise<BuildAnswer> {
    const compiler = takeCompiler()
    try {
        return await compiler.build(job)
    } finally {
        if (keepers > 0 && compiler.isUsable) idle.push(compiler)
        else compiler.end()
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

function endedEarly(
    main: string,
    [code, signal]: unknown[],
    output: string
): FirmwareError {
    const how = signal === null ? `exit code ${String(code)}` : String(signal)
    return new FirmwareError(
        `the build of "${main}" was ended (${how})`,
        output.trim()
    )
}

function takeCompiler(): Compiler {
    for (;;) {
        const compiler = idle.pop()
        if (!compiler) return new Compiler()
        if (compiler.isUsable) return compiler
        compiler.end()
    }
}
