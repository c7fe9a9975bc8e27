import { existsSync, readdirSync } from "node:fs"
import type { TestContext } from "node:test"
import { fileURLToPath } from "node:url"
import { type Command, Daemon } from "./daemon.ts"
import { freePort } from "./ports.ts"

const PROGRAM = "usr/sbin/syslog-ng"
/** Where it is when it is installed, and where `unpack-syslog-ng.sh` puts it. */
const ROOTS = [
    "/",
    fileURLToPath(new URL("../../.devicescript/syslog-ng/", import.meta.url)),
]

/** How syslog-ng is set up. */
export interface SyslogNgOptions {
    /** Its `syslog` source, which takes octet counting, or with `lf` its `network` source. */
    framing?: "octet" | "lf"
    /** Body of the template for one message; all of it by default. */
    template?: string
}

/**
 * Says why syslog-ng cannot be used, for a test to skip itself; undefined when it can.
 * @throws Error instead, when CI is set: there a missing peer is a failure
 */
export function missingSyslogNg(): string | undefined {
    if (findRoot() !== undefined) return undefined
    const problem =
        "syslog-ng is not there: sh test/peers/unpack-syslog-ng.sh (needs apt-get)"
    if (process.env["CI"]) throw new Error(problem)
    return problem
}

/** A real syslog-ng. */
export class SyslogNg extends Daemon {
    /** A running syslog-ng that files messages in `all.log`. */
    static async start(
        t: TestContext,
        options: SyslogNgOptions = {}
    ): Promise<SyslogNg> {
        const daemon = new SyslogNg(await freePort())
        await daemon.setUp(t, configuration(daemon, options))
        return daemon
    }

    protected override command(): Command {
        const root = findRoot()!
        const args = ["-F", "--no-caps", "-f", this.path("peer.conf")]
        args.push("-R", this.path("persist"), "-c", this.path("control"))
        args.push("-p", this.path("pid"))
        if (root === "/") return { file: root + PROGRAM, args }
        const modules = `${root}usr/lib/syslog-ng/`
        const version = readdirSync(modules).find(name => /^\d/.test(name))
        args.push(`--module-path=${modules}${version}`)
        return {
            file: root + PROGRAM,
            args,
            env: { LD_LIBRARY_PATH: libraries(root).join(":") },
        }
    }
}

function findRoot(): string | undefined {
    return ROOTS.find(root => existsSync(root + PROGRAM))
}

/** The folders of an unpacked package's libraries. */
function libraries(root: string): string[] {
    const found = [`${root}usr/lib/syslog-ng`]
    for (const folder of [`${root}usr/lib`, `${root}lib`])
        if (existsSync(folder))
            for (const name of readdirSync(folder))
                if (name.endsWith("-linux-gnu")) found.push(`${folder}/${name}`)
    return found
}

function configuration(daemon: SyslogNg, options: SyslogNgOptions): string {
    const { framing = "octet", template } = options
    const where = `ip("127.0.0.1") port(${daemon.port})`
    const source =
        framing === "octet"
            ? `syslog(${where} transport("tcp") flags(store-raw-message))`
            : `network(${where} transport("tcp") flags(syslog-protocol))`
    const body = template ? ` template("${template}")` : ""
    return `@version: 3.38
options { keep-hostname(yes); keep-timestamp(yes); time-zone("UTC"); frac-digits(3); };
source board { ${source}; };
destination file { file("${daemon.path("all.log")}"${body} flush-lines(1)); };
log { source(board); destination(file); };
`
}
