import { BackoffOptions, completeBackoff } from "../net"
import { headerField } from "./text"

/** Transports: plain TCP, TLS, and RELP over TCP, which acknowledges each record. */
export type SyslogProto = "tcp" | "tls" | "relp"
/** Framings of RFC 6587; RELP has its own. */
export type SyslogFraming = "octet" | "lf"

/** Where records go and how. What is left out takes the default. */
export interface SyslogOptions {
    /** Collector; nothing is kept or sent while this is empty. */
    host?: string
    /** 514 by default, 6514 for tls (RFC 5425), 2514 for relp. */
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
    /** Longest message in bytes, MIN_MESSAGE_BYTES or more; 2048 by default. */
    maxBytes?: number
    /** Whether texts start with a BOM; false by default, as many receivers show it. */
    bom?: boolean
    /** Enterprise number of the SD-ID of metadata. */
    enterprise?: number
    /** Bytes that may wait to be sent; the oldest batch is dropped first. 8192 by default. */
    queueBytes?: number
    /** Bytes kept after they were sent, to be sent again after a break. 4096 by default. */
    windowBytes?: number
    /** Bytes of one write, except for a longer message; 1024 by default. */
    batchBytes?: number
    /** Longest time a line waits for others to share its write, ms; 8 by default. */
    batchMs?: number
    /** Longest time to connect, ms; 10 000 by default. */
    connectMs?: number
    /** Delays between attempts to connect. */
    backoff?: BackoffOptions
}

/** Limits of RFC 5424, section 6: HOSTNAME, PROCID. */
const MAX_HOSTNAME = 255
const MAX_PROCID = 128
/** local0 of RFC 5424, table 1. */
const LOCAL0 = 16
/** Longest message unless said otherwise, bytes: what a receiver SHOULD take, section 6.1. */
const MAX_MESSAGE_BYTES = 2048
/** Shortest limit that may be set: the longest header, and something of the text. */
const MIN_MESSAGE_BYTES = 640
/** The private enterprise number for examples, RFC 5612; a vendor sets its own. */
const EXAMPLE_ENTERPRISE = 32473

/** Where records go, as `tcp://collector:514`; empty while no host is set. */
export function target({ host, port, proto }: SyslogOptions): string {
    return host ? `${proto}://${host}:${port}` : ""
}

/**
 * Fills in the defaults, makes valid header fields, and checks the limits.
 * @throws RangeError naming the option, the value and what is wanted
 */
export function completeOptions(given: SyslogOptions): SyslogOptions {
    const options: SyslogOptions = {
        proto: "tcp",
        framing: "octet",
        facility: LOCAL0,
        maxBytes: MAX_MESSAGE_BYTES,
        enterprise: EXAMPLE_ENTERPRISE,
        queueBytes: 8192,
        windowBytes: 4096,
        batchBytes: 1024,
        batchMs: 8,
        connectMs: 10000,
    }
    const said = given as Record<string, any>
    const all = options as Record<string, any>
    for (const key of Object.keys(said))
        if (said[key] !== undefined) all[key] = said[key]
    const { proto, framing } = options
    const port =
        proto === "tcp"
            ? 514
            : proto === "tls"
              ? 6514
              : proto === "relp"
                ? 2514
                : refuse("proto", proto, "tcp, tls or relp")
    if (!(options.port > 0)) options.port = port
    if (framing !== "octet" && framing !== "lf")
        refuse("framing", framing, "octet or lf")
    const least = Math.max(options.maxBytes, 2 * options.batchBytes)
    // as text the limits take no room in the program's code, which is full
    const limits = `port 1 65535,facility 0 23,maxBytes ${MIN_MESSAGE_BYTES} 8192,batchBytes 1 4096,queueBytes ${least} 65536,windowBytes 0 65536,batchMs 0 1000,connectMs 1 600000`
    for (const limit of limits.split(",")) {
        const [name, low, high] = limit.split(" ")
        const value = all[name]
        if (!(value >= parseInt(low) && value <= parseInt(high)))
            refuse(name, value, `${low} to ${high}`)
    }
    options.hostname = headerField(options.hostname, MAX_HOSTNAME)
    options.procId = headerField(options.procId, MAX_PROCID)
    options.backoff = completeBackoff(options.backoff)
    return options
}

function refuse(name: string, value: unknown, wanted: string): number {
    throw new RangeError(`syslog ${name} ${value}: wanted ${wanted}`)
}
