import { existsSync } from "node:fs"
import type { TestContext } from "node:test"
import { type Command, Daemon } from "./daemon.ts"
import { freePort } from "./ports.ts"

const DAEMON = "/usr/sbin/haproxy"
/** Its buffer for the receiver behind it, in bytes: more than a test sends in a second. */
const RING_BYTES = 8 << 20

/**
 * Says why HAProxy cannot be used, for a test to skip itself; undefined when it can.
 * @throws Error instead, when CI is set: there a missing peer is a failure
 */
export function missingHaproxy(): string | undefined {
    if (existsSync(DAEMON)) return undefined
    const problem =
        "haproxy is not installed: apt-get install --no-install-recommends haproxy (as root)"
    if (process.env["CI"]) throw new Error(problem)
    return problem
}

/**
 * A real HAProxy as a syslog relay: it takes octet counting and lines at one port, reads the header,
 * and writes a message of its own from the fields that it read.
 */
export class Haproxy extends Daemon {
    /**
     * A running one.
     * @param target port of 127.0.0.1 that gets its messages, in octet counting
     */
    static async start(t: TestContext, target: number): Promise<Haproxy> {
        const daemon = new Haproxy(await freePort())
        await daemon.setUp(t, configuration(daemon.port, target))
        return daemon
    }

    protected override command(): Command {
        return { file: DAEMON, args: ["-db", "-f", this.path("peer.conf")] }
    }
}

function configuration(port: number, target: number): string {
    return `
global
    maxconn 100
ring out
    format rfc5424
    maxlen 8192
    size ${RING_BYTES}
    timeout connect 5s
    timeout server 60s
    server receiver 127.0.0.1:${target} log-proto octet-count
log-forward board
    bind 127.0.0.1:${port}
    timeout client 60s
    log ring@out len 8192 format rfc5424 local0
`
}
