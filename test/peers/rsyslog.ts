import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import {
    existsSync,
    mkdtempSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestContext } from "node:test"
import { freePort, waitForPort } from "./ports.ts"

const DAEMON = "/usr/sbin/rsyslogd"
const RELP_MODULES = [
    "/usr/lib/x86_64-linux-gnu/rsyslog/imrelp.so",
    "/usr/lib/aarch64-linux-gnu/rsyslog/imrelp.so",
    "/usr/lib/rsyslog/imrelp.so",
]
const INSTALL =
    "apt-get install --no-install-recommends rsyslog rsyslog-relp (as root)"

/** How rsyslogd is set up. */
export interface RsyslogOptions {
    /** `tcp` (imtcp) by default, or `relp` (imrelp). */
    input?: "tcp" | "relp"
    /** Body of the template for one message; the whole message by default. */
    template?: string
    /** Where a message goes, as a path template below the folder; `all.log` by default. */
    file?: string
    /** More lines of configuration, before the input. */
    globals?: string
}

/**
 * Says why rsyslogd cannot be used, for a test to skip itself; undefined when it can.
 * @throws Error instead, when CI is set: there a missing peer is a failure
 */
export function missingRsyslog(input = "tcp"): string | undefined {
    const there =
        existsSync(DAEMON) &&
        (input !== "relp" || RELP_MODULES.some(file => existsSync(file)))
    if (there) return undefined
    const problem = `rsyslogd with im${input} is not installed: ${INSTALL}`
    if (process.env["CI"]) throw new Error(problem)
    return problem
}

/** A real rsyslogd on a port of its own, with its files in a folder of its own. */
export class Rsyslog {
    readonly folder = mkdtempSync(join(tmpdir(), "fiberd-rsyslog-"))
    readonly port: number
    private readonly options: RsyslogOptions
    private child: ChildProcess | undefined

    private constructor(port: number, options: RsyslogOptions) {
        this.port = port
        this.options = options
        writeFileSync(this.path("rsyslog.conf"), this.configuration())
    }

    /** A running rsyslogd, ended and removed after the test. */
    static async start(
        t: TestContext,
        options: RsyslogOptions = {}
    ): Promise<Rsyslog> {
        const daemon = new Rsyslog(await freePort(), options)
        t.after(async () => {
            await daemon.kill()
            rmSync(daemon.folder, { recursive: true, force: true })
        })
        await daemon.start()
        return daemon
    }

    /** Starts it (again), on the same port with the same files. */
    async start(): Promise<void> {
        const args = ["-n", "-f", this.path("rsyslog.conf")]
        args.push("-i", this.path("rsyslog.pid"))
        this.child = spawn(DAEMON, args, { stdio: "ignore" })
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

    /** What it wrote so far, one entry for each line. */
    lines(file = "all.log"): string[] {
        const path = this.path(file)
        if (!existsSync(path)) return []
        const text = readFileSync(path, "utf8")
        return text.split("\n").slice(0, -1)
    }

    private path(file: string): string {
        return join(this.folder, file)
    }

    private configuration(): string {
        const { input = "tcp", template, file = "all.log" } = this.options
        const body = template ?? "%rawmsg%\\n"
        return `
global(workDirectory="${this.folder}" maxMessageSize="8k")
${this.options.globals ?? ""}
module(load="im${input}")
template(name="line" type="string" string="${body}")
template(name="path" type="string" string="${this.path(file)}")
input(type="im${input}" port="${this.port}" address="127.0.0.1")
action(type="omfile" dynaFile="path" template="line" flushOnTXEnd="on")
`
    }
}
