import { Setting } from "./setting"
import { parseDecimal } from "./number"

/** Facilities of RFC 5424, section 6.2.1, table 1, by the names rsyslog gives them; 0 to 23. */
const FACILITIES = [
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
]
/** Facilities 16 to 23 are `local0` to `local7`. */
const LOCAL = 16

/** A syslog facility by name (`daemon`, `local0`) or number (0 to 23). */
export function facility(fallback: number): Setting<number> {
    return new FacilitySetting(fallback)
}

class FacilitySetting implements Setting<number> {
    constructor(readonly fallback: number) {}

    wanted(): string {
        return "a syslog facility: 0 to 23, local0 to local7, or a name as user or daemon"
    }

    read(text: string): number | undefined {
        return parseFacility(text.trim().toLowerCase())
    }
}

function parseFacility(word: string): number | undefined {
    const named = FACILITIES.indexOf(word)
    if (named >= 0) return named
    const local = word.indexOf("local") === 0
    const value = parseDecimal(local ? word.slice(5) : word)
    const max = local ? 7 : 23
    if (value !== Math.floor(value) || value < 0 || value > max)
        return undefined
    return local ? LOCAL + value : value
}
