import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import {
    existsSync,
    mkdtempSync,
    readFileSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestContext } from "node:test"
import { waitForPort } from "./ports.ts"

/** A program that listens, and how it is started. */
export interface Command {
    file: string
    args: string[]
    /** Environment variables besides ours. */
    env?: Record<string, string>
}

/** A real collector on its own port, with its files in its own folder. */
export abstract class Daemon {
    readonly folder = mkdtempSync(join(tmpdir(), "fiberd-peer-"))
    readonly port: number
    private child: ChildProcess | undefined

    protected constructor(port: number) {
        this.port = port
    }

    /** How to start it. */
    protected abstract command(): Command

    /** Writes the configuration and starts it; it is ended and removed after the test. */
    protected async setUp(t: TestContext, configuration: string) {
        t.after(async () => {
            await this.kill()
            rmSync(this.folder, { recursive: true, force: true })
        })
        writeFileSync(this.path("peer.conf"), configuration)
        await this.start()
    }

    /** Starts it (again), on the same port with the same files. */
    async start(): Promise<void> {
        const { file, args, env } = this.command()
        this.child = spawn(file, args, {
            stdio: "ignore",
            env: { ...process.env, ...env },
        })
        await waitForPort(this.port)
    }

    /** Ends it at once, with whatever it had in memory. */
    async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
        const { child } = this
        if (!child) return
        this.child = undefined
        if (child.exitCode !== null || child.signalCode !== null) return
        const ended = once(child, "exit")
        child.kill(signal)
        await ended
    }

    /** What it wrote so far, one entry for each record that ends with `end`. */
    lines(file = "all.log", end = "\n"): string[] {
        const path = this.path(file)
        if (!existsSync(path)) return []
        return readFileSync(path, "utf8").split(end).slice(0, -1)
    }

    /** Bytes that it wrote so far. */
    written(file = "all.log"): number {
        return statSync(this.path(file), { throwIfNoEntry: false })?.size ?? 0
    }

    /** A file in its folder. */
    path(file: string): string {
        return join(this.folder, file)
    }
}
