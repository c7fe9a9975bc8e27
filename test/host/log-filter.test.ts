// rows: A2
import assert from "node:assert/strict"
import { after, test } from "node:test"
import type { LogLine } from "../../host/client/log-lines.ts"
import { makeFilter } from "../../host/commands/log-filter.ts"

const zone = process.env.TZ
after(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
})

/** Where `--since` begins, in ms. */
function sinceOf(text: string, now: number): number {
    const wanted = makeFilter({ since: text }, now)
    const isWanted = (at: number) => wanted({ at } as LogLine)
    let [low, high] = [0, 4e12]
    while (high - low > 1) {
        const middle = Math.floor((low + high) / 2)
        if (isWanted(middle)) high = middle
        else low = middle
    }
    return high
}

const at = (text: string) => Date.parse(text)

test("times of logs are of this machine's zone unless they name one", () => {
    const now = at("2026-03-30T02:30:00Z")
    for (const [tz, text, wanted] of [
        ["America/New_York", "2026-03-29", "2026-03-29T04:00:00Z"],
        ["America/New_York", "2026-03-29T10:00", "2026-03-29T14:00:00Z"],
        ["America/New_York", "2026-03-29 10:00:01.5", "2026-03-29T14:00:01.5Z"],
        ["America/New_York", "2026-03-29T10:00Z", "2026-03-29T10:00:00Z"],
        ["America/New_York", "2026-03-29T10:00+05:30", "2026-03-29T04:30:00Z"],
        [
            "America/New_York",
            "2026-03-29T10:00:00-0100",
            "2026-03-29T11:00:00Z",
        ],
        ["America/New_York", "today", "2026-03-29T04:00:00Z"],
        ["America/New_York", "14:05", "2026-03-29T18:05:00Z"],
        ["Asia/Kolkata", "today", "2026-03-29T18:30:00Z"],
        // the day before had 23 hours
        ["Europe/Berlin", "yesterday", "2026-03-28T23:00:00Z"],
        ["Europe/Berlin", "now", "2026-03-30T02:30:00Z"],
        ["Europe/Berlin", "-5m", "2026-03-30T02:25:00Z"],
        ["Europe/Berlin", "5 min ago", "2026-03-30T02:25:00Z"],
        ["Europe/Berlin", "90 minutes ago", "2026-03-30T01:00:00Z"],
        ["Europe/Berlin", "2 hours ago", "2026-03-30T00:30:00Z"],
        ["Europe/Berlin", "30s", "2026-03-30T02:29:30Z"],
    ] as const) {
        process.env.TZ = tz
        assert.equal(
            new Date(sinceOf(text, now)).toISOString(),
            new Date(wanted).toISOString(),
            `${text} in ${tz}`
        )
    }
})

test("a text that is no time is refused", () => {
    for (const text of [
        ...["25:00", "24:00", "12:60", "12:00:60", "5", "-5", "300", "Nov 27"],
        ...["2026-02-30", "2026-13-01", "2026-02-30T10:00", "2026-11-26T25:00"],
        ...["2026-11-26T10:00+1", "", "5 parsecs ago", "tomorrow", "s", "-m"],
        ...["1e3s", "11/27/2026", "5 constructor"],
    ])
        assert.throws(
            () => makeFilter({ until: text }),
            new RegExp(`"${text.replace(/[+]/g, "\\+")}" is no time`),
            text
        )
})

test("an end before the begin is refused", () => {
    assert.throws(
        () => makeFilter({ since: "-5m", until: "2 hours ago" }),
        /--since "-5m" is after --until "2 hours ago"/
    )
    makeFilter({ since: "2 hours ago", until: "-5m" })
})
