/**
 * The settings of the reference firmware and its parts, a table for each part. The table in
 * docs/settings.md and `fiberctl settings schema` are made from them. A program adds its own tables;
 * `schema.ts` describes their form. Also read by Node.
 */

/** Settings that every firmware has: name, log, safe mode. */
export const CORE_SETTINGS = `# settings
HOSTNAME: host 0 64 = | name of the board in syslog lines; empty: \`fiberd-\` and its short id
LOG_LEVEL: levels = info | levels, as \`info debug@net warning@task.*\`
LOG_BURST: int 0 1000000 restart = 100 | records a second that a handler takes, but for ring, LED and buzzer; 0: no limit
SAFE_STARTS: int 1 255 restart = 5 | short starts in a row that lead to safe mode
SAFE_SECONDS: int 1 3600 = 30 | seconds under which a start is short
`

/** Settings of the flash log. */
export const FILE_SETTINGS = `# settings
FILE_LEVEL: level = error | level of the flash log; each write wears the flash
FILE_MAX_SIZE: size 200 2000 restart = 1400 | size of each of the two files, in bytes
FLUSH_BYTES: int 1 384 = 185 | queued bytes that cause a write to flash; 1: each line is written at once
FLUSH_TIME: duration 0 1d = 5m | longest time that a line is queued; 0: no limit
FLUSH_LEVEL: level = error | lines of this level or more severe are written at once
QUEUE_DROP: int 50 100 = 75 | fill of the queue, in %, at which it begins to take errors only
QUEUE_LOW: int 0 50 = 25 | fill of the queue, in %, at which it takes all lines again
QUEUE_FLUSH: int 0 1000000 = 1000 | lines dropped without a delivery that empty the queue; 0: never
`

/** Settings of LED and buzzer. */
export const HEARTBEAT_SETTINGS = `# settings
HB_LEVEL: level = info | level that LED and buzzer show
HB_PERIOD: duration 0 1h = 5s | beat when nothing is logged; 0: none
`

/** Settings of syslog. */
export const SYSLOG_SETTINGS = `# settings
SYSLOG_HOST: host 0 64 = | collector; empty: off
SYSLOG_PORT: int 0 65535 = 0 | its port; 0: 514, 6514 for tls, 2514 for relp
SYSLOG_PROTO: one-of tcp|tls|relp = tcp | transport to it
SYSLOG_FRAME: one-of octet|lf = octet | RFC 6587 framing
SYSLOG_LEVEL: level = info | level that is sent
SYSLOG_FAC: facility = local0 | facility, name or 0 to 23
SYSLOG_APP: text 0 48 = | APP-NAME of lines that no task wrote; empty: their topic
SYSLOG_BOM: flag = false | a BOM before the text
SYSLOG_MAX: size 480 2KB restart = 2KB | bytes of the longest message; a longer one is cut
SYSLOG_QUEUE: size 4KB 8KB restart = 8KB | queue for the collector, with what is in flight
SYSLOG_WINDOW: size 0 4KB restart = 4KB | part of it that is kept after it was sent
BACKOFF_MIN: duration 10ms 1s = 250ms | delay between attempts to connect: the first …
BACKOFF_MAX: duration 1s 1h = 30s | … and the longest
`

/** Settings of `webClock`, which the reference firmware does not use. */
export const TIME_SETTINGS = `# settings
TIME_URL: url = | a small page of a web server whose clock is right; empty: off
TIME_POLL: duration 1m 7d = 1h | how often it is asked for
`

/** Settings of remote control. */
export const REMOTE_SETTINGS = `# settings
REMOTE: one-of off|read|full restart = full | what \`fiberctl\` may do: nothing, look, everything
`

/** Settings of the demo task. */
export const DEMO_SETTINGS = `# settings
DEMO: flag restart = | a task that logs at every level and throws once in a while; empty: in the simulator
`

/** One of the tables of the reference firmware. */
export type FirmwareTable =
    | typeof CORE_SETTINGS
    | typeof FILE_SETTINGS
    | typeof HEARTBEAT_SETTINGS
    | typeof SYSLOG_SETTINGS
    | typeof REMOTE_SETTINGS
    | typeof DEMO_SETTINGS

/**
 * The tables of the reference firmware, in the order of docs/settings.md. A function, since a list
 * would put all tables into the image of each program, for which the host would take them.
 */
export function firmwareSettings(): FirmwareTable[] {
    return [
        CORE_SETTINGS,
        FILE_SETTINGS,
        HEARTBEAT_SETTINGS,
        SYSLOG_SETTINGS,
        REMOTE_SETTINGS,
        DEMO_SETTINGS,
    ]
}
