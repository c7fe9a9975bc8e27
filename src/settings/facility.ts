import { parseInteger, wordIndex } from "./number"

/** The facilities of RFC 5424, section 6.2.1, table 1, by the names rsyslog gives them. */
const NAMES =
    "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7"
const MOST = 23

/** Number of a syslog facility by name (`daemon`, `local0`) or number (0 to 23). */
export function facilityOf(word: string): number | undefined {
    const at = wordIndex(NAMES, word)
    const number = at < 0 ? parseInteger(word) : at
    return number !== undefined && number >= 0 && number <= MOST
        ? number
        : undefined
}
