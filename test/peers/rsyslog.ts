import { existsSync } from "node:fs"
import type { TestContext } from "node:test"
import { type Command, Daemon } from "./daemon.ts"
import { freePort } from "./ports.ts"
import { certificate } from "./sink.ts"

const DAEMON = "/usr/sbin/rsyslogd"
const FOLDERS = [
    "/usr/lib/x86_64-linux-gnu/rsyslog",
    "/usr/lib/aarch64-linux-gnu/rsyslog",
    "/usr/lib/rsyslog",
]
const INSTALL =
    "apt-get install --no-install-recommends rsyslog rsyslog-relp rsyslog-gnutls (as root)"

/** Ways into rsyslogd: imtcp, imtcp with TLS, imrelp. */
export type RsyslogInput = "tcp" | "tls" | "relp"

/** The module that each needs. */
const MODULES = { tcp: "imtcp", tls: "lmnsd_gtls", relp: "imrelp" }

/** How rsyslogd is set up. */
export interface RsyslogOptions {
    /** `tcp` by default. */
    input?: RsyslogInput
    /** Body of the template for one message; the whole message by default. */
    template?: string
    /** More parameters of `global`. */
    global?: string
    /** More lines of configuration, before the input. */
    more?: string
    /** TLS: the name that its certificate was made for; `collector` by default. */
    certified?: string
}

/**
 * Says why rsyslogd cannot be used, for a test to skip itself; undefined when it can.
 * @throws Error instead, when CI is set: there a missing peer is a failure
 */
export function missingRsyslog(
    input: RsyslogInput = "tcp"
): string | undefined {
    const name = MODULES[input]
    const there =
        existsSync(DAEMON) &&
        FOLDERS.some(folder => existsSync(`${folder}/${name}.so`))
    if (there) return undefined
    const problem = `rsyslogd with ${name} is not installed: ${INSTALL}`
    if (process.env["CI"]) throw new Error(problem)
    return problem
}

/** A real rsyslogd. */
export class Rsyslog extends Daemon {
    /** A running rsyslogd that files messages in `all.log`. */
    static async start(
        t: TestContext,
        options: RsyslogOptions = {}
    ): Promise<Rsyslog> {
        const daemon = new Rsyslog(await freePort())
        await daemon.setUp(t, configuration(daemon, options))
        return daemon
    }

    /** One with a configuration as it is: `configure` gets its port and its folder. */
    static async startWith(
        t: TestContext,
        configure: (port: number, folder: string) => string
    ): Promise<Rsyslog> {
        const daemon = new Rsyslog(await freePort())
        await daemon.setUp(t, configure(daemon.port, daemon.folder))
        return daemon
    }

    protected override command(): Command {
        const args = ["-n", "-f", this.path("peer.conf")]
        args.push("-i", this.path("rsyslog.pid"))
        return { file: DAEMON, args }
    }
}

/** Parameters of the TLS driver: its certificate; none is required of clients. */
function drivers({ input, certified = "collector" }: RsyslogOptions) {
    if (input !== "tls") return { global: "", module: "" }
    return {
        global: `defaultNetstreamDriver="gtls"
defaultNetstreamDriverCAFile="${certificate("ca.pem")}"
defaultNetstreamDriverCertFile="${certificate(certified + ".pem")}"
defaultNetstreamDriverKeyFile="${certificate(certified + ".key")}"`,
        module: `streamDriver.name="gtls" streamDriver.mode="1"
streamDriver.authMode="anon"`,
    }
}

function configuration(daemon: Rsyslog, options: RsyslogOptions): string {
    const { input = "tcp", template = "%rawmsg%\\n" } = options
    const { global, module } = drivers(options)
    const name = input === "relp" ? "imrelp" : "imtcp"
    return `
global(workDirectory="${daemon.folder}" maxMessageSize="8k"
${global} ${options.global ?? ""})
${options.more ?? ""}
module(load="${name}" ${module})
template(name="line" type="string" string="${template}")
input(type="${name}" port="${daemon.port}" address="127.0.0.1")
action(type="omfile" file="${daemon.path("all.log")}" template="line" flushOnTXEnd="on")
`
}
