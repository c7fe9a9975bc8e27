import { facility } from "./facility"
import { byteSize, duration, flag, int, named, oneOf, text } from "./kinds"
import { Check } from "./setting"

/** What the schema leaves to its user, so that settings need to know neither log nor board. */
export interface FirmwareOptions {
    /** Tests a level specification, as `error debug@net`; says what is wrong, or undefined. */
    levels: Check<string>
    /** Finds the number of a level by its name, as `error`; undefined when there is none. */
    level: (name: string) => number | undefined
    /** Whether the demo task runs when the setting does not say; true in the simulator. */
    demo: boolean
}

/** Facility `local0`: the first of those that RFC 5424 leaves to the site. */
const LOCAL0 = 16
/** Severities of RFC 5424, section 6.2.1, table 2. */
const ERROR = 3
const INFO = 6
/** Longest host name: what RFC 5424, section 6, leaves a sender for HOSTNAME is more. */
const MAX_HOST = 64

/**
 * The settings of the reference firmware, the keys of `.env.defaults`. Each costs one flash
 * read at start. Whoever builds a firmware of their own adds to this or declares another.
 */
export function firmwareSchema({ levels, level, demo }: FirmwareOptions) {
    const wanted = "one level, as none, error, warning, info, debug or trace"
    return () => ({
        /** Name in syslog lines; empty: `fiberd-` and the device's short id. */
        HOSTNAME: text("", checkHost),
        /** Level specification of the loggers. */
        LOG_LEVEL: text("info", levels),
        /** Records a second that a handler takes, the ring excepted; 0: no limit. */
        LOG_BURST: int(100, 0, 1000000),
        /** Level of the flash log; a flash wears out, so errors only by default. */
        FILE_LEVEL: named(ERROR, wanted, level),
        /** Largest size in bytes of the flash log's current file, and of the rotated one. */
        FILE_MAX_SIZE: byteSize(1400, 200, 2000),
        /** Bytes that wait before the flash log writes them; 1: each line is a write. */
        FLUSH_BYTES: int(185, 1, 1024),
        /** Longest time in ms that a line waits for its write; 0: for ever. */
        FLUSH_TIME: duration(300000, 0, 86400000),
        /** Lines of this level and worse are written at once. */
        FLUSH_LEVEL: named(ERROR, wanted, level),
        /** Fill of the flash log's queue, in percent, at which it drops all but errors … */
        QUEUE_DROP: int(75, 50, 100),
        /** … at which dropping ends … */
        QUEUE_LOW: int(25, 0, 50),
        /** … and dropped lines after which it is emptied; 0: never. */
        QUEUE_FLUSH: int(1000, 0, 1000000),
        /** Level of the LED and the buzzer. */
        HB_LEVEL: named(INFO, wanted, level),
        /** Time in ms between two beats that show the program lives; 0: none. */
        HB_PERIOD: duration(5000, 0, 3600000),
        /** Collector's name or address; empty: no syslog. */
        SYSLOG_HOST: text("", checkHost),
        /** Collector's port. */
        SYSLOG_PORT: int(514, 1, 65535),
        /** Transport to the collector. */
        SYSLOG_PROTO: oneOf("tcp", ["tcp", "tls", "relp"]),
        /** Framing of RFC 6587: octet counting or a line feed after each message. */
        SYSLOG_FRAME: oneOf("octet", ["octet", "lf"]),
        /** Level of what is sent to the collector. */
        SYSLOG_LEVEL: named(INFO, wanted, level),
        /** Facility of the messages, 0 to 23. */
        SYSLOG_FAC: facility(LOCAL0),
        /** Longest message in bytes: what is longer is cut and marked. */
        SYSLOG_MAX: int(2048, 640, 4096),
        /** Bytes that may wait for the collector. With more, and the window, the heap runs out. */
        SYSLOG_QUEUE: byteSize(8192, 4096, 12288),
        /** Bytes that are kept after they were sent, to be sent again after a break. */
        SYSLOG_WINDOW: byteSize(4096, 0, 8192),
        /** First and longest time in ms between two attempts to connect. */
        BACKOFF_MIN: duration(250, 10, 1000),
        BACKOFF_MAX: duration(30000, 1000, 3600000),
        /** So many starts in a row that were too short lead to safe mode. */
        SAFE_STARTS: int(5, 1, 255),
        /** A start is too short unless it lasts so many seconds. */
        SAFE_SECONDS: int(30, 1, 3600),
        /** Whether the demo task runs, which logs at every level and throws once in a while. */
        DEMO: flag(demo),
    })
}

/** A host name, an IPv4 or an IPv6 address: letters, digits and `.-_:`; empty is allowed. */
function checkHost(host: string): string | undefined {
    if (host.length > MAX_HOST) return `wanted at most ${MAX_HOST} characters`
    const allowed = "abcdefghijklmnopqrstuvwxyz.-_:0123456789"
    for (let i = 0; i < host.length; i++)
        if (allowed.indexOf(host[i].toLowerCase()) < 0)
            return "wanted a host name or address: letters, digits and .-_:"
    return undefined
}
