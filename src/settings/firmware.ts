import { facility } from "./facility"
import { byteSize, duration, flag, int, oneOf, text } from "./kinds"
import { Check } from "./setting"

/** What the schema leaves to its user, so that settings need to know neither log nor board. */
export interface FirmwareOptions {
    /** Tests a level specification, as `error debug@net`; says what is wrong, or undefined. */
    levels: Check<string>
    /** Whether the demo task runs when the setting does not say; true in the simulator. */
    demo: boolean
}

/** Facility `local0`: the first of those that RFC 5424 leaves to the site. */
const LOCAL0 = 16
/** Longest host name: what RFC 5424, section 6, leaves a sender for HOSTNAME is more. */
const MAX_HOST = 64

/**
 * The settings of the reference firmware, the keys of `.env.defaults`. Each costs one flash
 * read at start. Whoever builds a firmware of their own adds to this or declares another.
 */
export function firmwareSchema({ levels, demo }: FirmwareOptions) {
    return {
        /** Name in syslog lines; empty: `fiberd-` and the device's short id. */
        HOSTNAME: text("", checkHost),
        /** Level specification of the loggers. */
        LOG_LEVEL: text("info", levels),
        /** Level specification of the flash log; a flash wears out, so errors only by default. */
        FILE_LEVEL: text("error", levels),
        /** Largest size in bytes of the flash log's current file, and of the rotated one. */
        FILE_MAX_SIZE: byteSize(1800, 200, 2000),
        /** Level specification of the LED and the buzzer. */
        HB_LEVEL: text("info", levels),
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
        /** Level specification of what is sent to the collector. */
        SYSLOG_LEVEL: text("info", levels),
        /** Facility of the messages, 0 to 23. */
        SYSLOG_FAC: facility(LOCAL0),
        /** Whether the demo task runs, which logs at every level and throws once in a while. */
        DEMO: flag(demo),
    }
}

/** A host name, an IPv4 or an IPv6 address: letters, digits and `.-_:`; empty is allowed. */
function checkHost(host: string): string | undefined {
    if (host.length > MAX_HOST) return `wanted at most ${MAX_HOST} characters`
    for (let i = 0; i < host.length; i++) {
        const code = host.charCodeAt(i)
        const letter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a
        const other = ".-_:0123456789".indexOf(host[i]) >= 0
        if (!letter && !other)
            return "wanted a host name or address: letters, digits and .-_:"
    }
    return undefined
}
