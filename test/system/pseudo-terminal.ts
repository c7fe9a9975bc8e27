import { spawn } from "node:child_process"
import { once } from "node:events"

/** A pseudo-terminal that stands for a serial port: the far end of it is this object. */
export class PseudoTerminal {
    /** Path of the port. */
    readonly path: string
    private readonly child
    private readonly ended: Promise<unknown>

    private constructor(
        path: string,
        child: ReturnType<typeof startChild>,
        ended: Promise<unknown>
    ) {
        this.path = path
        this.child = child
        this.ended = ended
    }

    /** Opens one; `close` it after the test. */
    static async open(): Promise<PseudoTerminal> {
        const child = startChild()
        const ended = once(child, "exit")
        const [line] = (await once(child.stdout, "data")) as [Buffer]
        return new PseudoTerminal(line.toString().trim(), child, ended)
    }

    /** Calls `listener` with what is written to the port. */
    onData(listener: (data: Buffer) => void): void {
        this.child.stdout.on("data", listener)
    }

    /** Sends bytes to whoever has the port open. */
    write(data: string | Buffer): void {
        this.child.stdin.write(data)
    }

    /** Pulls it out. */
    async close(): Promise<void> {
        this.child.kill("SIGKILL")
        await this.ended
    }
}

function startChild() {
    return spawn("python3", ["test/system/serial-pty.py"], {
        stdio: ["pipe", "pipe", "inherit"],
    })
}
