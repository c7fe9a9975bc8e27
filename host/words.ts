// Words for people: durations, times, numbers. The board gives ms.

/** A duration in ms as `850 ms`, `12 s`, `3 min 4 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
    if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
    const seconds = Math.round(ms / 1000)
    if (seconds < 60) return `${seconds} s`
    if (seconds < 3600) return pair(seconds, 60, "min", "s")
    if (seconds < 86400) return pair(Math.round(seconds / 60), 60, "h", "min")
    return pair(Math.round(seconds / 3600), 24, "d", "h")
}

const UNITS: Record<string, number> = {
    ms: 1,
    s: 1000,
    m: 60_000,
    h: 3_600_000,
    d: 86_400_000,
}

/** `5`, `5s`, `200ms`, `1.5m`, `1h`, `1d`, in ms, without a unit in seconds; undefined for other texts. */
export function parseDuration(text: string): number | undefined {
    const match = /^(\d+(?:\.\d+)?)(ms|[smhd])?$/.exec(text)
    return match ? Number(match[1]) * UNITS[match[2] ?? "s"]! : undefined
}

function pair(value: number, by: number, big: string, small: string): string {
    const rest = value % by
    const whole = `${Math.floor(value / by)} ${big}`
    return rest ? `${whole} ${rest} ${small}` : whole
}

/** A time of the wall clock in this machine's zone: `2026-11-26 02:40:11`. */
export function wallTime(unixMs: number): string {
    const local = new Date(
        unixMs - new Date(unixMs).getTimezoneOffset() * 60_000
    )
    return local.toISOString().slice(0, 19).replace("T", " ")
}

/** How far a clock is from that of this machine. @param ahead in ms, negative when it is behind */
export function aheadText(ahead: number): string {
    const side = ahead < 0 ? "behind" : "ahead of"
    return `${duration(Math.abs(ahead))} ${side} this machine`
}

/** A host as it stands in a URL: `board.local`, `[::1]`. */
export function urlHost(host: string): string {
    return host.includes(":") ? `[${host}]` : host
}

/** A count and its noun. */
export function count(number: number, noun: string): string {
    return `${number} ${noun}${number === 1 ? "" : "s"}`
}

/** What was written to flash: `3 writes, 36 bytes`. */
export function writesText(flash: { writes: number; bytes: number }): string {
    return `${count(flash.writes, "write")}, ${count(flash.bytes, "byte")}`
}

/** How long the pages of a flash last, in words. @param years undefined while that is not known */
export function lifeText(years: number | undefined): string {
    if (years === undefined) return "known after a minute with writes"
    if (years > 1000) return "more than 1,000 years"
    return `${years < 10 ? years.toFixed(1) : Math.round(years)} years until a page has been erased 100,000 times`
}

/** A text as one word of a command line. */
export function shellWord(text: string): string {
    return /^[\w@%+:,./-]+$/.test(text)
        ? text
        : `'${text.replaceAll("'", "'\\''")}'`
}
