// rows: N3
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import {
    parseHttpDate,
    reportClock,
    setClockByHttpDate,
    setClockToSecond,
    unixTime,
} from "../../src/net"
import { rfc3339, SystemClock } from "../../src/platform"

/** A clock whose uptime is set by hand. */
class HandClock extends SystemClock {
    uptime = 0

    constructor() {
        super()
        const self = this
        this.millis = () => self.uptime
    }
}

describe("HTTP date", () => {
    test("the example of RFC 9110", () => {
        expect(parseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT")).toBe(
            784111777000
        )
    })
    test("leap days", () => {
        expect(parseHttpDate("Thu, 29 Feb 2024 00:00:00 GMT")).toBe(
            1709164800000
        )
        expect(unixTime(2000, 3, 1, 0, 0, 0)).toBe(951868800000)
        expect(unixTime(1970, 1, 1, 0, 0, 0)).toBe(0)
        expect(unixTime(9999, 12, 31, 23, 59, 59)).toBe(253402300799000)
    })
    test("other texts are not read", () => {
        const bad = [
            "",
            undefined,
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06 Abc 1994 08:49:37 GMT",
            "Sun, 06 anF 1994 08:49:37 GMT",
            "Sun, xx Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Fri, 30 Feb 2024 00:00:00 GMT",
            "Wed, 29 Feb 2023 00:00:00 GMT",
            "Mon, 31 Apr 2024 00:00:00 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1969 08:49:37 GMT",
        ]
        for (const text of bad) expect(parseHttpDate(text)).toBe(undefined)
    })
})

describe("wall clock", () => {
    test("what is no time is refused, and a known clock stays known", () => {
        const clock = new HandClock()
        clock.setWall(1000000)
        let refused = 0
        for (const bad of [NaN, -1, Infinity, unixTime(9999, 1, 1, 0, 0, 0)])
            try {
                clock.setWall(bad)
            } catch (e: any) {
                if (e instanceof RangeError) refused++
            }
        expect(refused).toBe(4)
        // a service of the bus may tell anything
        setClockToSecond(clock, NaN, "rtc")
        setClockToSecond(clock, unixTime(0, 0, 0, 0, 0, 0), "rtc")
        expect(clock.wall()).toBe(1000000)
    })
    test("the time of a clock that has forgotten it is not taken", () => {
        const clock = new HandClock()
        setClockToSecond(clock, unixTime(1970, 1, 1, 0, 0, 7), "rtc")
        setClockToSecond(clock, unixTime(2000, 1, 1, 0, 0, 7), "rtc")
        setClockByHttpDate(clock, "Sat, 01 Jan 2000 00:00:07 GMT")
        setClockByHttpDate(clock, "Tue, 31 Dec 2024 23:59:59 GMT")
        expect(clock.wall()).toBe(undefined)
        setClockByHttpDate(clock, "Wed, 01 Jan 2025 00:00:00 GMT")
        expect(rfc3339(clock.wall())).toBe("2025-01-01T00:00:00.000Z")
        setClockToSecond(clock, unixTime(2000, 1, 1, 0, 0, 8), "rtc")
        expect(rfc3339(clock.wall())).toBe("2025-01-01T00:00:00.000Z")
    })
    test("a time that can be set can be written for another year", () => {
        const clock = new HandClock()
        clock.setWall(unixTime(9999, 1, 1, 0, 0, 0) - 1)
        clock.uptime = 365 * 86400000
        expect(rfc3339(clock.wall())).toBe("9999-12-31T23:59:59.999Z")
        const later = new HandClock()
        setClockByHttpDate(later, "Fri, 31 Dec 9999 23:59:59 GMT")
        expect(later.wall()).toBe(undefined)
    })
    test("unknown until told", () => {
        const clock = new HandClock()
        expect(clock.wall()).toBe(undefined)
        clock.uptime = 500
        clock.setWall(1000000)
        clock.uptime = 700
        expect(clock.wall()).toBe(1000200)
    })
    test("a small step back is slowed down, never backwards", () => {
        const clock = new HandClock()
        clock.setWall(1000000)
        clock.uptime = 1000
        clock.setWall(1000400)
        expect(clock.wall()).toBe(1001000)
        let last = 0
        for (let at = 1000; at < 3000; at += 7) {
            clock.uptime = at
            const now = clock.wall()
            expect(now >= last).toBe(true)
            last = now
        }
        expect(clock.wall()).toBe(1000400 + clock.uptime - 1000)
    })
    test("a large step back is taken at once and said once", () => {
        const clock = new HandClock()
        const said: string[] = []
        reportClock(clock, {
            info: (template, ...values: any[]) =>
                said.push(ds.format(template, ...values)),
        })
        clock.setWall(5000000, "rtc")
        clock.setWall(1000000, "http")
        clock.setWall(1000001, "http")
        expect(clock.wall()).toBe(1000001)
        expect(said.length).toBe(2)
        expect(said[1]).toBe("time corrected by -4000000 ms, from http")
    })
    test("a source of whole seconds does not disturb a clock within its second", () => {
        const clock = new HandClock()
        const start = unixTime(2030, 1, 1, 0, 0, 0)
        setClockToSecond(clock, start, "rtc")
        expect(clock.wall()).toBe(start)
        clock.uptime = 1900
        setClockToSecond(clock, start + 1000, "rtc")
        expect(clock.wall()).toBe(start + 1900)
        setClockToSecond(clock, start + 2000, "rtc")
        expect(clock.wall()).toBe(start + 2000)
        setClockByHttpDate(clock, "nonsense")
        expect(clock.wall()).toBe(start + 2000)
    })
    test("a listener can be taken off", () => {
        const clock = new HandClock()
        let calls = 0
        const off = clock.onSet(() => calls++)
        clock.setWall(1)
        off()
        clock.setWall(2)
        expect(calls).toBe(1)
    })
})
