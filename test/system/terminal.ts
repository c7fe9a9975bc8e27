import { type ChildProcess, spawn } from "node:child_process"
import { EventEmitter, once } from "node:events"
import { constants } from "node:os"
import type { TestContext } from "node:test"
import { cleanUp } from "./harness.ts"

/** Longest wait for a screen, in ms. */
const TIMEOUT_MS = 60_000
/** What `fiberctl top` writes before and after a screen. */
const HOME = "\x1b[H"
const BELOW = "\x1b[J"

/** `fiberctl` on its own terminal, with keys and a size. */
export class Terminal {
    /** All that was written. */
    output = ""
    /** The exit code, once it has ended. */
    readonly ended: Promise<number | null>
    private readonly pty: ChildProcess
    private readonly events = new EventEmitter<{ output: [] }>()

    constructor(
        t: TestContext,
        args: string[],
        {
            columns = 100,
            rows = 24,
            env = {},
        }: { columns?: number; rows?: number; env?: NodeJS.ProcessEnv } = {}
    ) {
        const command = [process.execPath, "host/fiberctl.js", ...args]
        this.pty = spawn(
            "python3",
            ["test/system/terminal-pty.py", ...command],
            {
                stdio: ["pipe", "pipe", "inherit"],
                env: {
                    ...process.env,
                    // where that is set, Node takes a terminal for one without colours
                    CI: undefined,
                    COLUMNS: String(columns),
                    LINES: String(rows),
                    TERM: "xterm",
                    ...env,
                },
            }
        )
        this.ended = once(this.pty, "exit").then(([code]) => code)
        this.pty.stdout!.on("data", (data: Buffer) => {
            this.output += data
            this.events.emit("output")
        })
        cleanUp(t, async () => {
            // its end ends the command
            this.pty.stdin!.end()
            await this.ended
        })
    }

    /** The lines of the last whole screen, without colours. */
    get screen(): string[] {
        const end = this.output.lastIndexOf(BELOW)
        const begin = this.output.lastIndexOf(HOME, end)
        if (end < 0 || begin < 0) return []
        return this.output
            .slice(begin + HOME.length, end)
            .replace(/\x1b\[[0-9;]*[mK]|\r/g, "")
            .split("\n")
    }

    press(keys: string): void {
        this.pty.stdin!.write(`keys ${Buffer.from(keys).toString("hex")}\n`)
    }

    signal(name: NodeJS.Signals): void {
        this.pty.stdin!.write(`signal ${constants.signals[name]}\n`)
    }

    resize(columns: number, rows: number): void {
        this.pty.stdin!.write(`size ${columns} ${rows}\n`)
    }

    /** Waits for a screen. @returns its lines */
    async until(wanted: (screen: string[]) => boolean): Promise<string[]> {
        const signal = AbortSignal.timeout(TIMEOUT_MS)
        while (!wanted(this.screen))
            try {
                await once(this.events, "output", { signal })
            } catch {
                throw new Error(`not seen:\n${this.screen.join("\n")}`)
            }
        return this.screen
    }

    /** Waits for something to be written, on whatever screen. */
    async untilOutput(pattern: RegExp): Promise<void> {
        const signal = AbortSignal.timeout(TIMEOUT_MS)
        while (!pattern.test(this.output))
            try {
                await once(this.events, "output", { signal })
            } catch {
                throw new Error(`not seen: ${pattern}:\n${this.output}`)
            }
    }

    /** Waits for a line. */
    async untilLine(pattern: RegExp): Promise<string[]> {
        return this.until(screen => screen.some(line => pattern.test(line)))
    }
}
