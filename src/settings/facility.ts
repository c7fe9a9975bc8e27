import { named } from "./kinds"
import { parseInteger } from "./number"
import { Setting } from "./setting"

/** A syslog facility by name (`daemon`, `local0`) or number (0 to 23). */
export function facility(fallback: number): Setting<number> {
    const wanted =
        "a syslog facility: 0 to 23, local0 to local7, or a name as user or daemon"
    return named(fallback, wanted, parseFacility)
}

/** Makes the list each time: a constant one would hold heap for good. */
function parseFacility(word: string): number | undefined {
    // RFC 5424, section 6.2.1, table 1, by the names rsyslog gives them
    const names = [
        "kern",
        "user",
        "mail",
        "daemon",
        "auth",
        "syslog",
        "lpr",
        "news",
        "uucp",
        "cron",
        "authpriv",
        "ftp",
        "ntp",
        "audit",
        "alert",
        "clock",
        "local0",
        "local1",
        "local2",
        "local3",
        "local4",
        "local5",
        "local6",
        "local7",
    ]
    const at = names.indexOf(word)
    const value = at < 0 ? parseInteger(word) : at
    return value >= 0 && value < names.length ? value : undefined
}
