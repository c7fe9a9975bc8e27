import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { builtProgram } from "../built.js"

/** How much of a child's output is kept for an error report, in characters. */
const MAX_OUTPUT = 16_384

/** A child process and the end of what it printed. */
export interface Child {
    process: ChildProcess
    output: () => string
    /** Keeps this process alive for the child's sake, as a new child does. */
    hold: () => void
    /** Lets this process end although the child lives: the child ends with it. */
    release: () => void
}

const running = new Set<ChildProcess>()

// nothing is left behind, whatever ends this process from within
process.on("exit", () => {
    for (const child of running) child.kill("SIGKILL")
})

/** The programs of this folder that run as processes. */
export type ChildName = "build-process" | "vm-process"

/** Starts a program of this folder in a new Node process. */
export function startChild(
    name: ChildName,
    options: { env?: Record<string, string> } = {}
): Child {
    const built = builtProgram(name)
    const file = built ?? new URL(`./${name}.ts`, import.meta.url)
    const loader = new URL("../register.js", import.meta.url).href
    const child = fork(fileURLToPath(file), {
        // not inherited: a debugger's port, a test runner's hooks
        execArgv: built ? [] : ["--import", loader],
        env: { ...withoutTestContext(process.env), ...options.env },
        stdio: ["ignore", "pipe", "pipe", "ipc"],
    })
    running.add(child)
    child.once("exit", () => running.delete(child))
    let output = ""
    const keep = (data: Buffer) => {
        output = (output + data.toString()).slice(-MAX_OUTPUT)
    }
    child.stdout!.on("data", keep)
    child.stderr!.on("data", keep)
    const parts = [child, child.channel!, child.stdout!, child.stderr!] as {
        ref(): void
        unref(): void
    }[]
    return {
        process: child,
        output: () => output,
        hold: () => parts.forEach(part => part.ref()),
        release: () => parts.forEach(part => part.unref()),
    }
}

function withoutTestContext(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...rest } = env
    return rest
}
