import { BackoffOptions, completeBackoff, hostFault } from "../net"
import { optionError, OptionTable, readOptions } from "../platform"
import { headerField } from "./text"

/** Transports: plain TCP, TLS, and RELP over TCP, which acknowledges each record. */
export type SyslogProto = "tcp" | "tls" | "relp"
/** Framings of RFC 6587; RELP has its own. */
export type SyslogFraming = "octet" | "lf"

/** Where records go and how. What is left out takes the default. */
export interface SyslogOptions {
    /** Collector, name or address; nothing is kept or sent while this is empty. */
    host?: string
    /** 0, the default: 514, 6514 for tls (RFC 5425), 2514 for relp. */
    port?: number
    /** `tcp` by default. */
    proto?: SyslogProto
    /** `octet` by default. */
    framing?: SyslogFraming
    /** 0 to 23; 16 (local0) by default. */
    facility?: number
    /** HOSTNAME; `-` when left out. */
    hostname?: string
    /** APP-NAME of lines that no task wrote; their topic by default. */
    appName?: string
    /** PROCID: the boot number; `-` when unknown. */
    procId?: string
    /** Longest message in bytes: a longer text is cut and marked. 2048 by default. */
    maxBytes?: number
    /** Whether texts start with a BOM; false by default, as many receivers show it. */
    bom?: boolean
    /** Enterprise number of the SD-ID of metadata. */
    enterprise?: number
    /**
     * Size of the ring, in bytes: what is queued, and what was sent and may have to be sent again; the
     * oldest go first. 8192 by default. Cannot be changed while running: the ring is one piece of
     * memory, allocated when a host is set first.
     */
    queueBytes?: number
    /** Bytes of it that are kept after they were sent, to be sent again after a break. 4096. */
    windowBytes?: number
    /** Bytes of one batch, except for a longer message; 1024 by default, of which a write has half. */
    batchBytes?: number
    /** Longest time a line waits for others to share its write, ms; 8 by default. */
    batchMs?: number
    /** Longest time to connect, ms; 10 000 by default. */
    connectMs?: number
    /** Delays between attempts to connect. */
    backoff?: BackoffOptions
}

/** Facility 16 is local0 (RFC 5424, table 1); 2048 is what a receiver SHOULD take (6.1). */
const OPTIONS: OptionTable = `
    host: text 0 64
    port: int 0 65535 = 0
    proto: one-of tcp|tls|relp = tcp
    framing: one-of octet|lf = octet
    facility: int 0 23 = 16
    hostname: text 0 255
    appName: text 0 48
    procId: text 0 128
    maxBytes: bytes 480 8192 = 2048
    bom: flag = false
    enterprise: int 1 2147483647 = 32473
    queueBytes: bytes 2048 57344 = 8192
    windowBytes: bytes 0 57344 = 4096
    batchBytes: bytes 1 4096 = 1024
    batchMs: ms 0 1000 = 8
    connectMs: ms 1 600000 = 10000
    backoff: object
`
/** What errors about options name first. */
const THING = "syslog"
/** Limits of RFC 5424, section 6: HOSTNAME, PROCID. */
const MAX_HOSTNAME = 255
const MAX_PROCID = 128
/** Most bytes of a header besides HOSTNAME, and of the mark of a text that was cut. */
const OTHER_HEADER_BYTES = 320

/** The port in force: as set, or the protocol's own. */
export function portOf({ port, proto }: SyslogOptions): number {
    if (port > 0) return port
    return proto === "tls" ? 6514 : proto === "relp" ? 2514 : 514
}

/** Where records go, as `tcp://collector:514`; empty while no host is set. */
export function target(options: SyslogOptions): string {
    const { host, proto } = options
    return host ? `${proto}://${host}:${portOf(options)}` : ""
}

/**
 * Fills in the defaults, makes valid header fields, and checks the limits.
 * @param before options in force, when only some are changed: the size of the ring must not be
 * @throws OPTION_ERROR naming the option, the value and what is wanted
 */
export function completeOptions(
    given: SyslogOptions,
    before?: SyslogOptions
): SyslogOptions {
    const options = readOptions<SyslogOptions>(THING, OPTIONS, given, before)
    const { host, queueBytes, windowBytes, batchBytes } = options
    const fault = hostFault(host || "")
    if (fault) throw optionError(THING, "host", fault, host)
    if (before && queueBytes !== before.queueBytes)
        throw optionError(
            THING,
            "queueBytes",
            `${before.queueBytes} until the next start`,
            queueBytes
        )
    // parts of the ring: no more of it than there is, and of a batch no more than half
    options.windowBytes = Math.min(windowBytes, queueBytes)
    options.batchBytes = Math.min(batchBytes, queueBytes >> 1)
    // with the longest of all other fields there must be room for some text
    const most = Math.min(MAX_HOSTNAME, options.maxBytes - OTHER_HEADER_BYTES)
    options.hostname = headerField(options.hostname, most)
    options.procId = headerField(options.procId, MAX_PROCID)
    options.backoff = completeBackoff(options.backoff)
    return options
}
