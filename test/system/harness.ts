import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import type { Server } from "node:http"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import type { TestContext } from "node:test"
import { isAlive, processorTime } from "../../host/processes.ts"
import {
    type SimEvent,
    Simulator,
    type SimulatorOptions,
} from "../../host/sim/index.ts"
import { listen } from "../../host/sim/listen.ts"
import { boards, until, untilNextLook } from "../peers/ports.ts"

/** A run of the command line tool. */
export interface CliRun {
    code: number | null
    stdout: string
    stderr: string
}

type Cleanup = () => unknown
const cleanups = new WeakMap<TestContext, Cleanup[]>()

/**
 * Calls `cleanup` after the test, the last one registered first: what was made last depends on
 * what was made before. `t.after` calls in the other order, and stops at the first that throws.
 */
export function cleanUp(t: TestContext, cleanup: Cleanup): void {
    const known = cleanups.get(t)
    if (known) {
        known.push(cleanup)
        return
    }
    const stack = [cleanup]
    cleanups.set(t, stack)
    t.after(async () => {
        const errors: unknown[] = []
        for (const next of stack.reverse())
            try {
                await next()
            } catch (error) {
                errors.push(error)
            }
        if (errors.length) throw errors[0]
    })
}

/** Has a server listen on 127.0.0.1 until the test is over. @returns its port, a free one */
export async function serve(t: TestContext, server: Server): Promise<number> {
    const port = await listen(server, 0)
    cleanUp(t, () => {
        server.closeAllConnections()
        server.close()
    })
    return port
}

/** A folder of the test's own, removed after it. */
export function tempFolder(t: TestContext): string {
    const folder = mkdtempSync(join(tmpdir(), "fiberd-test-"))
    cleanUp(t, () => rmSync(folder, { recursive: true, force: true }))
    return folder
}

/** A simulator with its own state and no boot delay, not started; stopped after the test. */
export function makeSimulator(
    t: TestContext,
    options: Partial<SimulatorOptions> = {}
): Simulator {
    const state = options.state ?? tempFolder(t)
    const sim = new Simulator({
        main: "src/main.ts",
        fastBoot: true,
        onDeath: error => sim.stop(error.message),
        ...options,
        state,
    })
    boards.add(sim)
    cleanUp(t, () => {
        boards.delete(sim)
        return sim.stop()
    })
    return sim
}

/** Like `makeSimulator`, with the power on. */
export async function startSimulator(
    t: TestContext,
    options: Partial<SimulatorOptions> = {}
): Promise<Simulator> {
    const sim = makeSimulator(t, options)
    await sim.start()
    return sim
}

/** How a fiberctl process is started. */
export interface CliOptions {
    cwd?: string
    env?: Record<string, string>
    /** Who runs it, if not who runs the test. */
    uid?: number
}

/**
 * A process that prints nothing for this long, in ms of time that a busy machine does not shorten
 * (`untilNextLook`), hangs, unless it works meanwhile.
 */
const SILENCE_MS = 120_000
/** It works when it and its children use at least this part of one processor. */
const BUSY = 0.1
/** One that prints for this long, without what is waited for, will not print it, in ms. */
const LONGEST_MS = 600_000

/** A fiberctl process, for tests that talk to it while it runs. */
export class Cli {
    readonly pid: number
    /** Settles when the process has ended. */
    readonly done: Promise<CliRun>
    private readonly child
    stdout = ""
    stderr = ""
    private readonly watchers = new Set<() => void>()

    constructor(args: string[], options: CliOptions = {}) {
        const tool = resolve("host/fiberctl.js")
        this.child = spawn(process.execPath, [tool, ...args], {
            cwd: options.cwd,
            uid: options.uid,
            env: {
                ...process.env,
                NODE_TEST_CONTEXT: undefined,
                ...options.env,
            },
        })
        this.pid = this.child.pid!
        this.child.stdout.on("data", data => this.take((this.stdout += data)))
        this.child.stderr.on("data", data => this.take((this.stderr += data)))
        this.done = new Promise(done =>
            this.child.once("close", code => {
                const { stdout, stderr } = this
                done({ code, stdout, stderr })
            })
        )
    }

    /** Waits until stdout matches. @throws when the process ends before, with what it said */
    waitForOutput(pattern: RegExp): Promise<void> {
        return this.waitFor(pattern, () => this.stdout)
    }

    /** Waits until stderr matches. @throws when the process ends before, with what it said */
    waitForError(pattern: RegExp): Promise<void> {
        return this.waitFor(pattern, () => this.stderr)
    }

    private async waitFor(pattern: RegExp, text: () => string): Promise<void> {
        const matched = new Promise<void>(matched => {
            const check = () => pattern.test(text()) && matched()
            this.watchers.add(check)
            check()
        })
        const ended = this.done.then(({ code, stdout, stderr }) => {
            if (!pattern.test(text()))
                throw new Error(
                    `ended with ${code} before ${pattern}:\n${stdout}${stderr}`
                )
        })
        let isOver = false
        const watchSilence = async () => {
            let silent = 0
            let waited = 0
            let seen = 0
            let worked = 0
            while (!isOver && silent < SILENCE_MS && waited < LONGEST_MS) {
                const ms = await untilNextLook()
                const length = this.stdout.length + this.stderr.length
                silent = length === seen ? silent + ms : 0
                waited += ms
                seen = length
                if (silent < SILENCE_MS) continue
                const before = worked
                worked = await treeTime(this.pid)
                if (worked - before > BUSY * SILENCE_MS) silent = 0
            }
            if (isOver) return
            // a child that is left would keep the test's process
            this.child.kill("SIGKILL")
            throw new Error(
                `not seen: ${pattern}:\n${this.stdout}${this.stderr}`
            )
        }
        try {
            await Promise.race([matched, ended, watchSilence()])
        } finally {
            isOver = true
        }
    }

    /** Sends a signal to the process. */
    signal(name: NodeJS.Signals): void {
        this.child.kill(name)
    }

    private take(_: string): void {
        for (const watcher of this.watchers) watcher()
    }
}

/** Runs fiberctl to its end. */
export function runCli(
    args: string[],
    options: CliOptions = {}
): Promise<CliRun> {
    return new Cli(args, options).done
}

/** The events in the output of `fiberctl sim --json`. @throws when a line is no event */
export function parseEvents(stdout: string): SimEvent[] {
    return stdout
        .trimEnd()
        .split("\n")
        .map(line => {
            const event = JSON.parse(line) as SimEvent
            if (typeof event.event !== "string" || typeof event.at !== "number")
                throw new Error(`no event: ${line}`)
            return event
        })
}

/** Process ids of the children of `pid`, from /proc. */
export async function childPids(pid: number): Promise<number[]> {
    const { readFile } = await import("node:fs/promises")
    const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")
    return text.trim().split(" ").filter(Boolean).map(Number)
}

/** Processor time of a process and what it has started, ms; 0 for one that has ended. */
async function treeTime(pid: number): Promise<number> {
    const children = await childPids(pid).catch(() => undefined)
    if (!children) return 0
    const times = await Promise.all(children.map(treeTime))
    return times.reduce((sum, time) => sum + time, processorTime(pid) ?? 0)
}

/**
 * Waits until none of the processes is left: a killed one is for a moment.
 * @throws when one still is after `timeoutMs`
 */
export async function untilGone(
    pids: number[],
    timeoutMs = 20_000
): Promise<void> {
    await until(
        () => `the end of ${pids.filter(isAlive)}`,
        () => !pids.some(isAlive),
        timeoutMs
    )
}
