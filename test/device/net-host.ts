// rows: S1
import { describe, expect, test } from "@devicescript/test"
import { hostFault, MAX_HOST } from "../../src/net"

function longName(size: number): string {
    const letters: string[] = []
    for (let i = 0; i < size; ++i) letters.push("a")
    return letters.join("")
}

describe("the name or address of a host", () => {
    test("names and addresses are taken, and nothing at all", () => {
        const good = [
            "",
            "collector",
            "Logs.Example.com",
            "my_host-1.lan",
            "3com.com",
            "1.2.3.4",
            "255.255.255.255",
            "::1",
            "fe80::1:2",
            "::ffff:1.2.3.4",
            longName(MAX_HOST),
        ]
        for (const text of good) expect(hostFault(text)).toBe(undefined)
    })
    test("anything else is refused, with what is wanted", () => {
        const bad: [text: string, wanted: string][] = [
            ["logs.example.com:514", "a host name or address without a port"],
            ["1.2.3.4:514", "a host name or address without a port"],
            ["a..b", "single dots"],
            [".a", "single dots"],
            ["a.", "single dots"],
            ["-a.b", "single dots"],
            ["a-.b", "single dots"],
            ["a b", "single dots"],
            ["tcp://a", "without a port"],
            ["tä.st", "single dots"],
            ["[::1]", "IPv6"],
            ["xyz::1", "IPv6"],
            ["1.2.3.999", "four numbers up to 255"],
            ["1.2.3", "four numbers up to 255"],
            ["1.2.3.4.5", "four numbers up to 255"],
            ["a.2.3.4", "four numbers up to 255"],
            ["1.2.3.0004", "four numbers up to 255"],
            ["1.2.3.010", "four numbers up to 255"],
            ["12", "four numbers up to 255"],
            [longName(MAX_HOST + 1), "at most 64 characters"],
        ]
        for (const entry of bad) {
            const fault = hostFault(entry[0])
            const wanted = entry[1]
            expect(fault !== undefined && fault.includes(wanted)).toBe(true)
        }
    })
})
