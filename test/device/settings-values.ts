import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import {
    applyDotenv,
    byteSize,
    decimal,
    duration,
    facility,
    firmwareSchema,
    flag,
    int,
    list,
    loadSettings,
    MASK,
    named,
    oneOf,
    secret,
    Setting,
    Settings,
    text,
} from "../../src/settings"
import {
    deviceId,
    FlashSlots,
    MAX_KEY_BYTES,
    shortDeviceId,
} from "../../src/platform"
import { MemoryFlash } from "../../src/testing"

/** What a setting makes of each text, `-` where it refuses. */
function reads(setting: Setting<any>, texts: string[]): string {
    return texts
        .map(word => {
            const value = setting.read(word)
            return value === undefined ? "-" : "" + value
        })
        .join(" ")
}

const levels = (spec: string) =>
    spec === "loud" ? `no level "loud" at 0` : undefined

const level = (name: string) => {
    const at = ["none", "error", "trace"].indexOf(name)
    return at < 0 ? undefined : [-1, 3, 8][at]
}

function firmware() {
    return firmwareSchema({ levels, level, demo: true })
}

/** Flash as the DeviceScript tool leaves it: the JSON of each value. */
async function flashWith(slots: Record<string, string>): Promise<MemoryFlash> {
    const flash = new MemoryFlash()
    for (const key of Object.keys(slots))
        await flash.write(key, Buffer.from(slots[key]))
    return flash
}

describe("kinds of settings", () => {
    test("whole numbers are decimal and within bounds", () => {
        const port = int(514, 1, 65535)
        const good = reads(port, ["1", " 514 ", "65535", "+7", "20.0"])
        expect(good).toBe("1 514 65535 7 20")
        const bad = ["0", "65536", "1.5", "12x", "0x10", "1e3", "", "-", "."]
        expect(reads(port, bad)).toBe("- - - - - - - - -")
        expect(reads(port, ["NaN", "Infinity", "1 2"])).toBe("- - -")
    })

    test("numbers may have a sign and a fraction", () => {
        const offset = decimal(0, -10, 10)
        expect(reads(offset, ["-2.5", "0.125", "10"])).toBe("-2.5 0.125 10")
        expect(reads(offset, ["1.", ".5", "1..2", "10.01"])).toBe("- - - -")
    })

    test("flags are words", () => {
        const demo = flag(false)
        expect(reads(demo, ["true", "YES", "on", "1"])).toBe(
            "true true true true"
        )
        expect(reads(demo, ["False", "no", "OFF", "0"])).toBe(
            "false false false false"
        )
        expect(reads(demo, ["2", "tru", "null"])).toBe("- - -")
    })

    test("times need a unit", () => {
        const period = duration(5000, 0, 86400000)
        const good = ["500ms", "5s", "1.5m", "1h", "1d", "2 S", "0"]
        expect(reads(period, good)).toBe(
            "500 5000 90000 3600000 86400000 2000 0"
        )
        const bad = ["5", "5sec", "s", "-1s", "2d", "5s5s", "5.s"]
        expect(reads(period, bad)).toBe("- - - - - - -")
    })

    test("sizes count in bytes, K is 1024", () => {
        const size = byteSize(1800, 200, 4096)
        const good = ["2000", "2KB", "2k", "200b", "1.5K", " 300 "]
        expect(reads(size, good)).toBe("2000 2048 2048 200 1536 300")
        expect(reads(size, ["199", "5KB", "2TB", "2.5"])).toBe("- - - -")
    })

    test("lists are words between commas", () => {
        const names = list([])
        expect(names.read(" a, b c ,,d").join("|")).toBe("a|b c|d")
        expect(names.read("").length).toBe(0)
        let long = "1234567890"
        for (let i = 0; i < 5; i++) long = long + long
        expect(names.read(long)).toBe(undefined)
    })

    test("a choice is one of the words, in any case", () => {
        const proto = oneOf("tcp", ["tcp", "tls"])
        expect(reads(proto, ["TLS", " tcp "])).toBe("tls tcp")
        expect(reads(proto, ["udp", "", "tcptls"])).toBe("- - -")
    })

    test("a level has a name, in any case", () => {
        const one = named(3, "one level", level)
        expect(reads(one, ["NONE", " error ", "trace"])).toBe("-1 3 8")
        expect(reads(one, ["", "loud", "3"])).toBe("- - -")
    })

    test("facilities are the names and numbers of RFC 5424", () => {
        const fac = facility(16)
        const good = ["kern", "user", "daemon", "clock", "local0", "LOCAL7"]
        expect(reads(fac, good)).toBe("0 1 3 15 16 23")
        expect(reads(fac, ["0", "23"])).toBe("0 23")
        const bad = ["24", "local8", "local", "local-1", "1.5", "users"]
        expect(reads(fac, bad)).toBe("- - - - - -")
    })
})

describe("settings", () => {
    test("have their defaults in an empty flash", async () => {
        const settings = await loadSettings(new MemoryFlash(), firmware())
        expect(settings.problems().length).toBe(0)
        expect(settings.get("LOG_LEVEL")).toBe("info")
        expect(settings.get("FILE_LEVEL") + 1).toBe(4)
        expect(settings.get("SAFE_STARTS")).toBe(5)
        expect(settings.get("SAFE_SECONDS")).toBe(30)
        expect(settings.get("HB_PERIOD")).toBe(5000)
        expect(settings.get("SYSLOG_HOST")).toBe("")
        expect(settings.get("SYSLOG_PORT") + 1).toBe(515)
        expect(settings.get("SYSLOG_FAC")).toBe(16)
        expect(settings.get("DEMO")).toBe(true)
    })

    test("are read from the JSON that the DeviceScript tool writes", async () => {
        const flash = await flashWith({
            HOSTNAME: `"bo\\u0061rd-1"`,
            LOG_LEVEL: `"debug warning@net"`,
            FILE_MAX_SIZE: `1500`,
            HB_LEVEL: `"none"`,
            HB_PERIOD: `"2m"`,
            SYSLOG_PORT: `"6514"`,
            SYSLOG_PROTO: `"tls"`,
            DEMO: `false`,
        })
        const settings = await loadSettings(flash, firmware())
        expect(settings.problems().length).toBe(0)
        expect(settings.get("HOSTNAME")).toBe("board-1")
        expect(settings.get("LOG_LEVEL")).toBe("debug warning@net")
        expect(settings.get("FILE_MAX_SIZE")).toBe(1500)
        expect(settings.get("HB_LEVEL")).toBe(-1)
        expect(settings.get("HB_PERIOD")).toBe(120000)
        expect(settings.get("SYSLOG_PORT")).toBe(6514)
        const proto: "tcp" | "tls" | "relp" = settings.get("SYSLOG_PROTO")
        expect(proto).toBe("tls")
        const demo: boolean = settings.get("DEMO")
        expect(demo).toBe(false)
        const framing: "octet" | "lf" = settings.get("SYSLOG_FRAME")
        expect(framing).toBe("octet")
        expect(flash.stats.reads).toBe(27)
    })

    test("keep the form in which a number or an object is written", async () => {
        const flash = await flashWith({ A: `1e5`, B: `{"a":[1,2]}`, C: `null` })
        const schema = () => ({ A: text("a"), B: text("b"), C: text("c") })
        const settings = await loadSettings(flash, schema)
        expect(settings.get("A")).toBe("1e5")
        expect(settings.get("B")).toBe(`{"a":[1,2]}`)
        expect(settings.get("C")).toBe("null")
    })

    test("refuse a bad value with key, what was got and what is wanted", async () => {
        const flash = await flashWith({
            SYSLOG_PORT: `70000`,
            HB_PERIOD: `"5"`,
            LOG_LEVEL: `"loud"`,
            FILE_LEVEL: `"error debug@net"`,
            HOSTNAME: `"two words"`,
            SYSLOG_PROTO: `udp`,
        })
        const settings = await loadSettings(flash, firmware())
        const lines = settings.problems().map(problem => problem.message)
        expect(lines.join("\n")).toBe(
            [
                `HOSTNAME: got "two words", wanted a host name or address: letters, digits and .-_:`,
                `LOG_LEVEL: got "loud", no level "loud" at 0`,
                `FILE_LEVEL: got "error debug@net", wanted one level, as none, error, warning, info, debug or trace`,
                `HB_PERIOD: got "5", wanted a time with its unit, as 500ms, 5s, 2m or 1h, in ms from 0 to 3600000`,
                `SYSLOG_PORT: got "70000", wanted a whole number from 1 to 65535`,
                `SYSLOG_PROTO: what is in flash is not JSON`,
            ].join("\n")
        )
        expect(settings.get("SYSLOG_PORT")).toBe(514)
        expect(settings.get("HB_PERIOD")).toBe(5000)
        expect(settings.get("LOG_LEVEL")).toBe("info")
        expect(settings.get("SYSLOG_PROTO")).toBe("tcp")
    })

    test("stand by their defaults when the flash does not answer", async () => {
        const broken: FlashSlots = {
            stats: { reads: 0, writes: 0, bytes: 0 },
            read: async (key: string) => {
                throw new Error(
                    `flash slot "${key}": the store does not answer`
                )
            },
            write: async () => {},
        }
        const settings = await loadSettings(broken, () => ({
            A: int(1, 0, 9),
        }))
        expect(settings.get("A")).toBe(1)
        expect(settings.problems()[0].message).toBe(
            `A: flash slot "A": the store does not answer`
        )
    })

    test("tell their listeners of changes, and only of changes", () => {
        const settings = new Settings(firmware())
        const heard: string[] = []
        const stop = settings.subscribe("SYSLOG_PORT", port =>
            heard.push("port " + (port + 1))
        )
        settings.subscribe("LOG_LEVEL", level => heard.push(level))
        expect(settings.set("SYSLOG_PORT", "601")).toBe(undefined)
        settings.set("SYSLOG_PORT", "601")
        settings.set("SYSLOG_PORT", "bad")
        settings.set("LOG_LEVEL", "debug")
        settings.set("SYSLOG_PORT", "")
        stop()
        settings.set("SYSLOG_PORT", "7")
        expect(heard.join()).toBe("port 602,debug,port 515")
        expect(settings.get("SYSLOG_PORT")).toBe(7)
    })

    test("keep the value before when a text is refused, until a good one comes", () => {
        const settings = new Settings(firmware())
        settings.set("SYSLOG_PORT", "601")
        const problem = settings.set("SYSLOG_PORT", "port", 7)
        expect(problem.message).toBe(
            `SYSLOG_PORT (line 7): got "port", wanted a whole number from 1 to 65535`
        )
        expect(settings.get("SYSLOG_PORT")).toBe(601)
        expect(settings.problems().length).toBe(1)
        settings.set("SYSLOG_PORT", "602")
        expect(settings.problems().length).toBe(0)
        expect(settings.set("NO_SUCH", "1").message).toBe(
            "NO_SUCH: no such setting"
        )
        expect(settings.set("toString", "1").key).toBe("toString")
    })

    test("outlive a listener that throws", () => {
        const settings = new Settings(() => ({ A: int(1, 0, 9) }))
        let heard = 0
        settings.subscribe("A", () => {
            throw new Error("bang")
        })
        settings.subscribe("A", value => (heard = value))
        settings.set("A", "5")
        expect(heard).toBe(5)
        expect(settings.problems()[0].message).toBe(
            "A: a listener failed with: bang"
        )
    })

    test("take a dotenv text, with the line of what is refused", async () => {
        const settings = new Settings(firmware())
        const problems = await applyDotenv(
            settings,
            "# mine\nLOG_LEVEL='debug # all'\nSYSLOG_PORT=no\nWHAT=1\nDEMO=no\n"
        )
        const lines = problems.map(problem => problem.message)
        expect(lines.join("\n")).toBe(
            [
                `SYSLOG_PORT (line 3): got "no", wanted a whole number from 1 to 65535`,
                `WHAT: no such setting`,
            ].join("\n")
        )
        expect(settings.get("LOG_LEVEL")).toBe("debug # all")
        expect(settings.get("DEMO")).toBe(false)
    })

    test("never show a secret", () => {
        const pin = (value: string) =>
            value.length < 8 ? "wanted 8 characters" : undefined
        const settings = new Settings(() => ({
            PIN: secret("", pin),
            A: text("x"),
        }))
        const short = settings.set("PIN", "hunter2")
        expect(short.message).toBe("PIN: got ***, wanted 8 characters")
        settings.set("PIN", "hunter22")
        settings.set("A", "y")
        expect(settings.get("PIN")).toBe("hunter22")
        expect(settings.describe().join(" ")).toBe(`PIN=${MASK} A=y`)
    })

    test("of the firmware have keys that fit the flash store", () => {
        for (const key of Object.keys(firmware()()))
            expect(key.byteLength <= MAX_KEY_BYTES).toBe(true)
    })

    test("cut a long text in a message", () => {
        const settings = new Settings(() => ({ A: int(1, 0, 9) }))
        let long = "1234567890"
        for (let i = 0; i < 4; i++) long = long + long
        const { message } = settings.set("A", long)
        expect(message.length < 100).toBe(true)
    })
})

describe("a device", () => {
    test("has the short name that Jacdac tools show", () => {
        expect(shortDeviceId("12abdd2289421234")).toBe("SA11")
        expect(shortDeviceId("a1b2c3d4e5f60718")).toBe("RS40")
        expect(shortDeviceId("ffffffffffffffff")).toBe("TX31")
        expect(deviceId().length).toBe(16)
    })
})
