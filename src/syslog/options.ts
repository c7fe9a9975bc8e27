import { BackoffOptions, completeBackoff, hostFault } from "../net"
import { optionError, OptionTable, readOptions } from "../platform"
import { headerField } from "./text"

/** Transport: TCP, TLS, or RELP over TCP, in which the collector acknowledges each record. */
export type SyslogProto = "tcp" | "tls" | "relp"
/** Framing of RFC 6587: octet counting, or a line feed after each message; RELP has its own. */
export type SyslogFraming = "octet" | "lf"

/** Where records are sent and how. An option that is left out has its default. */
export interface SyslogOptions {
    /** Name or address of the collector; empty by default: nothing is kept or sent. */
    host?: string
    /** 0 to 65535; 0, the default, means 514 for tcp, 6514 for tls (RFC 5425), 2514 for relp. */
    port?: number
    /** `tcp` by default. */
    proto?: SyslogProto
    /** `octet` by default. */
    framing?: SyslogFraming
    /** 0 to 23; 16 (local0) by default. */
    facility?: number
    /** HOSTNAME, at most 255 bytes; `-` by default. */
    hostname?: string
    /** APP-NAME of records that no task logged, at most 48 bytes; their topic by default. */
    appName?: string
    /** PROCID, such as the boot number, at most 128 bytes; `-` by default. */
    procId?: string
    /** Longest message, 480 to 8192 bytes; a longer text is cut and marked. 2048 by default. */
    maxBytes?: number
    /** Whether texts start with a BOM; false by default, as many receivers show it. */
    bom?: boolean
    /** Enterprise number of metadata's SD-ID; 32473, the number for examples (RFC 5612), by default. */
    enterprise?: number
    /**
     * Size of the ring, 2048 to 57 344 bytes; 8192 by default. It holds what is queued, and what was
     * sent and may have to be sent again; when it is full, the oldest records are dropped. Cannot be
     * changed later: the ring is one piece of memory, allocated when a host is set first.
     */
    queueBytes?: number
    /**
     * Bytes of the ring for what was sent and may have to be sent again, at most `queueBytes`; 4096 by
     * default. With relp no more is in flight; with tcp and tls a full window shortens the time
     * after which records count as delivered.
     */
    windowBytes?: number
    /**
     * Most bytes of one batch, 1 to 4096, unless one message is longer; 1024 by default, at most half
     * of the ring. Over 344 bytes a batch takes several writes; with relp or `lf` it has 344 at most.
     */
    batchBytes?: number
    /** Longest time that a record waits for others to share its write, 0 to 1000 ms; 8 by default. */
    batchMs?: number
    /** Longest time to connect, 1 to 600 000 ms; 10 000 by default. */
    connectMs?: number
    /** Delays between attempts to connect. */
    backoff?: BackoffOptions
}

/** 2048 is the longest message that a receiver SHOULD accept (RFC 5424, section 6.1). */
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
/** What an OPTION_ERROR names first. */
const THING = "syslog"
/** Limits of RFC 5424, section 6: HOSTNAME, PROCID. */
const MAX_HOSTNAME = 255
const MAX_PROCID = 128
/** Most bytes of a header without HOSTNAME, and of the mark of a text that was cut. */
const OTHER_HEADER_BYTES = 320

/** The port in force: the one that is set, or the transport's own. */
export function portOf({ port, proto }: SyslogOptions): number {
    if (port > 0) return port
    return proto === "tls" ? 6514 : proto === "relp" ? 2514 : 514
}

/** Where records are sent, as `tcp://collector:514`; empty while no host is set. */
export function target(options: SyslogOptions): string {
    const { host, proto } = options
    return host ? `${proto}://${host}:${portOf(options)}` : ""
}

/** A copy whose names are those of the program: those of the table would stay on the heap. */
function withNames(options: SyslogOptions): SyslogOptions {
    const named: SyslogOptions = {
        host: undefined,
        port: 0,
        proto: undefined,
        framing: undefined,
        facility: 0,
        hostname: undefined,
        appName: undefined,
        procId: undefined,
        maxBytes: 0,
        bom: undefined,
        enterprise: 0,
        queueBytes: 0,
        windowBytes: 0,
        batchBytes: 0,
        batchMs: 0,
        connectMs: 0,
        backoff: undefined,
    }
    return Object.assign(named, options)
}

/**
 * Fills in the defaults, checks the limits, and makes header fields valid.
 * @param before options in force, when only some are changed; `queueBytes` cannot change then
 * @throws OPTION_ERROR naming the option, the value and what is wanted
 */
export function completeOptions(
    given: SyslogOptions,
    before?: SyslogOptions
): SyslogOptions {
    const options = withNames(
        readOptions<SyslogOptions>(THING, OPTIONS, given, before)
    )
    const { host, queueBytes } = options
    const fault = hostFault(host || "")
    if (fault) throw optionError(THING, "host", fault, host)
    if (before && queueBytes !== before.queueBytes)
        throw optionError(
            THING,
            "queueBytes",
            `${before.queueBytes} until the next start`,
            queueBytes
        )
    // neither can be more than the ring has room for
    options.windowBytes = Math.min(options.windowBytes, queueBytes)
    options.batchBytes = Math.min(options.batchBytes, queueBytes >> 1)
    // some text must fit beside the longest of all other fields
    const most = Math.min(MAX_HOSTNAME, options.maxBytes - OTHER_HEADER_BYTES)
    options.hostname = headerField(options.hostname, most)
    options.procId = headerField(options.procId, MAX_PROCID)
    options.backoff = completeBackoff(options.backoff)
    return options
}
