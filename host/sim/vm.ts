import { once } from "node:events"
import { type Child, startChild } from "./child.ts"
import type { FlashCounts } from "../flash/index.ts"
import type { VmGo, VmMessage } from "./protocol.ts"

/** How long a VM process may take to end by itself, in ms. */
const STOP_TIMEOUT_MS = 1000

/** Takes the events of a VM process. */
export interface VmListener {
    /** A line of the VM's log, with its marker. */
    line(line: string): void
    flash(counts: FlashCounts): void
    panic(code: number): void
    /** It ran for another `ms` of its own time, and takes `memory` bytes. */
    ran(ms: number, memory: number): void
    /** The process cannot go on and ends. */
    fault(problem: string): void
    /** The process ended. */
    exit(code: number | null, signal: NodeJS.Signals | null): void
}

/** A VM in a separate process; it loads the VM at once and boots on request. */
export class Vm {
    private readonly child: Child
    private readonly ready: Promise<unknown>
    private booted = false
    /** Settles when the process has ended. */
    readonly exited: Promise<unknown>

    constructor(listener: VmListener, options: { caFile?: string } = {}) {
        const env = options.caFile
            ? { NODE_EXTRA_CA_CERTS: options.caFile }
            : undefined
        this.child = startChild("vm-process", { env })
        const { process } = this.child
        this.ready = new Promise<void>(resolve => {
            process.on("message", (message: VmMessage) => {
                if (message.type === "ready") resolve()
                else tell(listener, message)
            })
            process.once("exit", () => resolve())
        })
        this.exited = once(process, "exit")
        process.once("exit", (code, signal) => listener.exit(code, signal))
    }

    /** Id of the process. */
    get pid(): number {
        return this.child.process.pid!
    }

    /** What the process printed besides the VM's log, at most the last 16 KB. */
    get output(): string {
        return this.child.output()
    }

    /** Switches the power on, once the VM is loaded. */
    async boot(go: Omit<VmGo, "type">): Promise<void> {
        await this.ready
        this.booted = true
        if (!this.child.process.connected) return
        const message: VmGo = { type: "go", ...go }
        // a process that dies meanwhile is reported by its exit
        this.child.process.send(message, () => {})
    }

    /** Ends the process between two flash writes. */
    async stop(): Promise<void> {
        if (!this.booted) return this.kill()
        const { process } = this.child
        if (process.connected) process.disconnect()
        const timer = setTimeout(() => process.kill("SIGKILL"), STOP_TIMEOUT_MS)
        await this.exited
        clearTimeout(timer)
    }

    /** Cuts the power. */
    async kill(): Promise<void> {
        this.child.process.kill("SIGKILL")
        await this.exited
    }
}

function tell(listener: VmListener, message: VmMessage): void {
    switch (message.type) {
        case "lines":
            for (const line of message.lines) listener.line(line)
            break
        case "flash":
            listener.flash(message)
            break
        case "panic":
            listener.panic(message.code)
            break
        case "ran":
            listener.ran(message.ms, message.memory)
            break
        case "fault":
            listener.fault(message.problem)
            break
    }
}
