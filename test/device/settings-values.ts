import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import {
    changeSettings,
    firmwareSettings,
    followSettings,
    inTurn,
    loadSettings,
    LARGE_FILE_BYTES,
    MASK,
    MAX_PROBLEMS,
    maskedFile,
    openSettingsFile,
    readFile,
    reloadSettings,
    replaceFile,
    replaceSettings,
    rollBackFile,
    SchemaTable,
    SettingChanges,
    SettingInfo,
    settingInfo,
    settingKeys,
    Settings,
    SettingsFile,
} from "../../src/settings"
import { deviceId, FlashSlots, shortDeviceId } from "../../src/platform"
import { MemoryFlash } from "../../src/testing"
import { TestFlash } from "./support/flash-log"

/** What a setting of a kind makes of each text, `-` where it refuses. */
async function reads(kind: string, texts: string[]): Promise<string> {
    const settings = new Settings([`# settings\nA: ${kind} =\n` as SchemaTable])
    const values: string[] = []
    for (const text of texts) {
        const problem = settings.set("A" as never, text)
        values.push(problem ? "-" : "" + settings.get("A" as never))
        await ds.sleep(0)
    }
    return values.join(" ")
}

/** A change of one key, which the schema may not have. */
function one(key: string, text: string): SettingChanges {
    return { [key]: text }
}

/** All settings with their origins. */
function listed<T extends SchemaTable>(settings: Settings<T>): SettingInfo[] {
    return settingKeys(settings).map(key => settingInfo(settings, key))
}

/** Flash as the DeviceScript tool leaves it: the JSON of each value. */
async function flashWith(slots: Record<string, string>): Promise<TestFlash> {
    const flash = new TestFlash()
    for (const key of Object.keys(slots))
        flash.memory.slots[key] = Buffer.from(slots[key])
    return flash
}

/** The name and message of what `call` throws. */
async function fails(call: () => Promise<unknown>): Promise<string> {
    try {
        await call()
    } catch (e: any) {
        return e.name + ": " + e.message
    }
    return "nothing thrown"
}

/** Settings of the firmware with a file. */
async function withFile(text: string, slots: Record<string, string> = {}) {
    const flash = await flashWith(slots)
    const file = new SettingsFile(flash)
    await inTurn(file, async () => await replaceFile(file, text))
    const settings = await loadSettings(flash, [...firmwareSettings(), MORE])
    await openSettingsFile(settings, file)
    return { flash, file, settings }
}

const MORE = `# settings
WIFI_PWD: secret 8 63 = | password
API_URL: url = | where it reports to
A_KEY_OF_MORE_THAN_THIRTEEN_CHARACTERS: text 0 20 = none | longer than a key of the build
`

function messages(settings: Settings<any>): string {
    return settings
        .problems()
        .map(problem => problem.message)
        .join("\n")
}

/** Lets a part refuse a host, and checks that a change to that host says so. */
async function checkRefusal(settings: Settings<any>): Promise<void> {
    followSettings(settings, "host=SYSLOG_HOST", ({ host }) => {
        if (host === "evil") throw new Error("not that host")
    })
    const change = one("SYSLOG_HOST", "evil")
    expect(
        await fails(async () => await changeSettings(settings, change))
    ).toBe(
        "SettingsError: settings file: kept, but SYSLOG_HOST: a listener failed: not that host"
    )
}

// rows: C3
describe("kinds of settings", () => {
    test("whole numbers are decimal and within bounds", async () => {
        const kind = "int 1 65535"
        const good = await reads(kind, ["1", " 514 ", "65535", "+7", "20.0"])
        expect(good).toBe("1 514 65535 7 20")
        const bad = ["0", "65536", "1.5", "12x", "0x10", "1e3", "-", "."]
        expect(await reads(kind, bad)).toBe("- - - - - - - -")
        expect(await reads(kind, ["NaN", "Infinity", "1 2"])).toBe("- - -")
    })

    test("numbers may have a sign and a fraction", async () => {
        const kind = "number -10 10"
        expect(await reads(kind, ["-2.5", "0.125", "10"])).toBe("-2.5 0.125 10")
        expect(await reads(kind, ["1.", ".5", "1..2", "10.01"])).toBe("- - - -")
    })

    test("flags are words", async () => {
        expect(await reads("flag", ["true", "YES", "on", "1"])).toBe(
            "true true true true"
        )
        expect(await reads("flag", ["False", "no", "OFF", "0"])).toBe(
            "false false false false"
        )
        expect(await reads("flag", ["2", "tru", "null"])).toBe("- - -")
    })

    test("times need a unit", async () => {
        const kind = "duration 0 1d"
        const good = ["500ms", "5s", "1.5m", "1h", "1d", "2 S", "0"]
        expect(await reads(kind, good)).toBe(
            "500 5000 90000 3600000 86400000 2000 0"
        )
        // the options that they set are whole milliseconds
        const settings = new Settings([`# settings\nA: ${kind} = 0`])
        for (const text of ["1.1m", "4.1m", "0.07h", "1.005s", "0.4ms"]) {
            expect(settings.set("A", text)).toBe(undefined)
            const ms = settings.get("A") as number
            expect(`${text} ${ms - Math.floor(ms)}`).toBe(`${text} 0`)
        }
        const bad = ["5", "5sec", "s", "-1s", "2d", "5s5s", "5.s"]
        expect(await reads(kind, bad)).toBe("- - - - - - -")
    })

    test("sizes count in bytes, K is 1024", async () => {
        const kind = "size 200 4KB"
        const good = ["2000", "2KB", "2k", "200b", "1.5K", " 300 "]
        expect(await reads(kind, good)).toBe("2000 2048 2048 200 1536 300")
        expect(await reads(kind, ["199", "5KB", "2TB", "2.5"])).toBe("- - - -")
    })

    test("lists are words between commas", async () => {
        const settings = new Settings(["# settings\nA: list 0 20 = a,b"])
        expect(settings.get("A").join("|")).toBe("a|b")
        settings.set("A", " a, b c ,,d")
        expect(settings.get("A").join("|")).toBe("a|b c|d")
        expect(settings.set("A", "123456789012345678901").message).toBe(
            `A: wanted words between commas, bytes: 0 to 20`
        )
    })

    test("a choice is one of the words, in any case", async () => {
        expect(await reads("one-of tcp|tls", ["TLS", " tcp "])).toBe("tls tcp")
        expect(
            await reads("one-of tcp|tls", ["udp", "tcptls", "tcp|tls"])
        ).toBe("- - -")
    })

    test("a level has a name, in any case", async () => {
        expect(await reads("level", ["NONE", " error ", "trace"])).toBe(
            "-1 3 8"
        )
        expect(await reads("level", ["loud", "9"])).toBe("- -")
    })

    test("a host is a name or an address", async () => {
        const good = ["a.example", "10.0.0.1", "fe80::1", "A-b_c"]
        expect(await reads("host", good)).toBe(good.join(" "))
        expect(await reads("host", ["a b", "a/b", "ä", "x@y"])).toBe("- - - -")
        // a port is a setting of its own
        expect(await reads("host", ["a:514", "10.0.0.1:514"])).toBe("- -")
    })

    test("a URL has a scheme and a host", async () => {
        const good = ["http://a", "https://a.b:80/c?d=e"]
        expect(await reads("url", good)).toBe(good.join(" "))
        const bad = ["ftp://a", "http://", "http:///a", "https://a b", "a"]
        expect(await reads("url", bad)).toBe("- - - - -")
    })

    test("a key is so many bytes as hex digits", async () => {
        expect(await reads("key 4 4", ["00ff", "ABCD"])).toBe("00ff ABCD")
        expect(await reads("key 4 4", ["00f", "00ff0", "00fg"])).toBe("- - -")
    })

    test("facilities are the names and numbers of RFC 5424", async () => {
        const good = ["kern", "user", "daemon", "clock", "local0", "LOCAL7"]
        expect(await reads("facility", good)).toBe("0 1 3 15 16 23")
        expect(await reads("facility", ["0", "23"])).toBe("0 23")
        const bad = ["24", "local8", "local", "local-1", "1.5", "users", "a b"]
        expect(await reads("facility", bad)).toBe("- - - - - - -")
    })
})

// rows: C3 C6
describe("settings", () => {
    test("have their defaults in an empty flash", async () => {
        const settings = await loadSettings(new MemoryFlash(), [
            ...firmwareSettings(),
        ])
        expect(settings.problems().length).toBe(0)
        expect(settings.get("LOG_LEVEL")).toBe("info")
        expect(settings.get("FILE_LEVEL") + 1).toBe(4)
        expect(settings.get("HB_PERIOD")).toBe(5000)
        expect(settings.get("SYSLOG_HOST")).toBe("")
        expect(settings.get("SYSLOG_PORT") + 1).toBe(1)
        expect(settings.get("SYSLOG_QUEUE")).toBe(8192)
        expect(settings.get("SYSLOG_FAC")).toBe(16)
        expect(settings.get("DEMO")).toBe(undefined)
    })

    test("are read from the JSON that the build's tools write, as text or bare", async () => {
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
        const settings = await loadSettings(flash, firmwareSettings())
        expect(messages(settings)).toBe("")
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
        expect(flash.stats.reads).toBe(30)
    })

    test("refuse a bad value with key and what is wanted", async () => {
        const flash = await flashWith({
            SYSLOG_PORT: `70000`,
            HB_PERIOD: `"5"`,
            LOG_LEVEL: `"loud"`,
            FILE_LEVEL: `"error debug@net"`,
            HOSTNAME: `"two words"`,
            SYSLOG_PROTO: `udp`,
        })
        const settings = await loadSettings(flash, firmwareSettings())
        expect(messages(settings)).toBe(
            [
                `SYSLOG_PROTO: what is in flash is not JSON`,
                `HOSTNAME: wanted a host name or address of letters, digits and .-_:, without a port, bytes: 0 to 64`,
                `LOG_LEVEL: wanted levels by topic, as info debug@net warning@task.*`,
                `FILE_LEVEL: wanted one level, as none, error, warning, info, debug or trace`,
                `HB_PERIOD: wanted a time with its unit, as 500ms, 5s, 2m or 1h: 0 to 1h`,
                `SYSLOG_PORT: wanted a whole number: 0 to 65535`,
            ].join("\n")
        )
        expect(settings.get("SYSLOG_PORT")).toBe(0)
        expect(settings.get("HB_PERIOD")).toBe(5000)
        expect(settings.get("LOG_LEVEL")).toBe("info")
        expect(settings.get("SYSLOG_PROTO")).toBe("tcp")
    })

    test("keep their defaults when the flash does not answer", async () => {
        const broken: FlashSlots = {
            stats: { reads: 0, writes: 0, bytes: 0 },
            read: async (key: string) => {
                throw new Error(
                    `flash slot "${key}": the store does not answer`
                )
            },
            write: async () => {},
        }
        const settings = await loadSettings(broken, [
            "# settings\nA: int 0 9 = 1",
        ])
        await openSettingsFile(settings, new SettingsFile(broken))
        expect(settings.get("A")).toBe(1)
        expect(messages(settings)).toBe(
            [
                `A: flash slot "A": the store does not answer`,
                `flash slot "fd.cfga0": the store does not answer`,
            ].join("\n")
        )
    })

    test("of another table are refused", async () => {
        const settings = new Settings(firmwareSettings())
        const set = (key: string) => async (): Promise<void> => {
            settings.set(key as never, "x")
        }
        for (const key of ["SYSLOG_HOTS", "constructor"])
            expect(await fails(set(key))).toBe(
                `RangeError: ${key}: no such setting`
            )
        expect(() => settings.get("NO" as never)).toThrow()
    })

    test("report a change to their listeners, and go back to the default", () => {
        const settings = new Settings(firmwareSettings())
        const heard: string[] = []
        const stop = settings.subscribe(["LOG_BURST", "HB_PERIOD"], changed =>
            heard.push(changed.join("+"))
        )
        settings.set("LOG_BURST", "7")
        settings.set("LOG_LEVEL", "debug")
        expect(settings.get("LOG_BURST")).toBe(7)
        expect(settings.set("LOG_BURST", "many").message).toBe(
            `LOG_BURST: wanted a whole number: 0 to 1000000`
        )
        settings.set("LOG_BURST", "")
        expect(settings.get("LOG_BURST")).toBe(100)
        stop()
        settings.set("LOG_BURST", "8")
        expect(heard.join()).toBe("LOG_BURST,LOG_BURST")
    })

    test("outlive a listener that throws, and keep its secrets", () => {
        const settings = new Settings([MORE])
        let heard = 0
        settings.subscribe("WIFI_PWD", () => {
            throw new Error("cannot join with " + settings.get("WIFI_PWD"))
        })
        settings.subscribe("WIFI_PWD", () => {
            throw undefined
        })
        settings.subscribe("WIFI_PWD", () => heard++)
        settings.set("WIFI_PWD", "hunter2-hunter2")
        expect(heard).toBe(1)
        expect(settings.problems()[0].message).toBe(
            "WIFI_PWD: a listener failed: cannot join with ***"
        )
    })

    // rows: C7
    test("never show a secret", async () => {
        const { settings } = await withFile("WIFI_PWD=hunter22\n")
        const short = settings.set("WIFI_PWD", "hunter2")
        expect(short.message).toBe("WIFI_PWD: wanted a text, bytes: 8 to 63")
        expect(settings.get("WIFI_PWD")).toBe("hunter22")
        const shown = settingInfo(settings, "WIFI_PWD")
        expect(shown.text).toBe(MASK)
        expect(JSON.stringify(settings).indexOf("hunter22")).toBe(-1)
        expect(`${settings}`.indexOf("hunter22")).toBe(-1)
    })
})

describe("the settings file", () => {
    test("wins over the build, and the build over the default", async () => {
        const { settings } = await withFile(
            "# mine\nLOG_LEVEL='debug@net error'\nHB_PERIOD=9s\n",
            { LOG_LEVEL: `"warning"`, SYSLOG_PORT: `601`, LOG_BURST: `"100"` }
        )
        expect(messages(settings)).toBe("")
        expect(settings.get("LOG_LEVEL")).toBe("debug@net error")
        const lines = listed(settings).map(({ key, text, origin, line }) =>
            [key, text, origin, line].join()
        )
        for (const line of [
            "LOG_LEVEL,debug@net error,file,2",
            "LOG_BURST,100,default,undefined",
            "HB_PERIOD,9s,file,3",
            "SYSLOG_PORT,601,build,undefined",
            "A_KEY_OF_MORE_THAN_THIRTEEN_CHARACTERS,none,default,undefined",
        ])
            expect(lines.indexOf(line) >= 0).toBe(true)
    })

    // rows: C2
    test("fills in references, from the file, the build and the defaults", async () => {
        const { settings } = await withFile(
            [
                "_SITE=hall",
                "HOSTNAME=${_SITE}-${_ROOM:-one}",
                "SYSLOG_HOST=${HOSTNAME}.${BACKOFF_MAX}",
                "SYSLOG_PORT=${LOG_BURST}4",
                "API_URL=http://${SYSLOG_HOST}/${_NONE:-${_SITE}}",
                "LOG_LEVEL=info",
            ].join("\n"),
            { LOG_BURST: "60" }
        )
        expect(messages(settings)).toBe("")
        expect(settings.get("HOSTNAME")).toBe("hall-one")
        expect(settings.get("SYSLOG_HOST")).toBe("hall-one.30s")
        expect(settings.get("SYSLOG_PORT")).toBe(604)
        expect(settings.get("API_URL")).toBe("http://hall-one.30s/hall")
    })

    test("refuses references that lead nowhere or in a circle", async () => {
        const { settings } = await withFile(
            [
                "HOSTNAME=${SYSLOG_HOST}",
                "SYSLOG_HOST=a${HOSTNAME}",
                "LOG_LEVEL=${_NOTHING}",
                "HB_PERIOD=${SYSLOG_PORT",
                "API_URL=\\${HOME}",
                "WIFI_PWD=secret${Hunter2}",
            ].join("\n")
        )
        expect(messages(settings)).toBe(
            [
                "HOSTNAME (line 1): its ${...} lead in a circle",
                "SYSLOG_HOST (line 2): its ${...} lead in a circle",
                "LOG_LEVEL (line 3): a ${...} of it is not set",
                "HB_PERIOD (line 4): a ${ has no }",
                "API_URL (line 5): wanted http:// or https:// and a host, without blanks, bytes",
                "WIFI_PWD (line 6): a ${...} of it is not set",
            ].join("\n")
        )
        expect(settings.get("HOSTNAME")).toBe("")
    })

    // rows: C7
    test("masks what a secret was put into", async () => {
        const { settings } = await withFile(
            "WIFI_PWD=hunter22\nHOSTNAME=a-${WIFI_PWD}\nSYSLOG_PORT=${WIFI_PWD}\n"
        )
        expect(settings.get("HOSTNAME")).toBe("a-hunter22")
        expect(listed(settings)[0].text).toBe(MASK)
        expect(messages(settings)).toBe(
            "SYSLOG_PORT (line 3): wanted a whole number: 0 to 65535"
        )
    })

    test("names the line of each fault, and what is sound holds", async () => {
        const { settings } = await withFile(
            [
                "SYSLOG_PORT=no",
                "nonsense here",
                "SYSLOG_HOTS=a",
                "lower=1",
                "DEMO=no",
            ].join("\n")
        )
        expect(messages(settings)).toBe(
            [
                "line 2: no assignment, wanted KEY=value",
                "line 4: wanted a key of at most 40 upper-case letters, digits and _",
                `SYSLOG_PORT (line 1): wanted a whole number: 0 to 65535`,
                "line 3: no such setting",
            ].join("\n")
        )
        expect(settings.get("DEMO")).toBe(false)
    })

    // rows: C4
    test("is changed in several keys as one, and keeps its other bytes", async () => {
        const { settings, file, flash } = await withFile(
            "# head\nexport HOSTNAME='a' # name\n\nLOG_BURST = 5\n"
        )
        const heard: string[] = []
        settings.subscribe(
            ["HOSTNAME", "SYSLOG_PORT", "LOG_BURST", "SYSLOG_MAX"],
            changed => heard.push(changed.join("+"))
        )
        const before = flash.writes.length
        await changeSettings(settings, {
            HOSTNAME: "b c".split(" ")[1],
            SYSLOG_PORT: "601",
            SYSLOG_MAX: "1000",
            LOG_BURST: undefined,
        })
        expect(heard.join()).toBe("HOSTNAME+SYSLOG_PORT+LOG_BURST+SYSLOG_MAX")
        expect((await readFile(file)).text).toBe(
            "# head\nexport HOSTNAME=c # name\n\nSYSLOG_PORT=601\nSYSLOG_MAX=1000\n"
        )
        expect(flash.writes.length - before).toBe(2)
        const pending = listed(settings).filter(one => one.pending)
        expect(pending.map(one => one.key).join()).toBe("LOG_BURST,SYSLOG_MAX")
        await changeSettings(settings, { SYSLOG_PORT: "601" })
        expect(flash.writes.length - before).toBe(2)
        expect(heard.length).toBe(1)
    })

    test("is not changed when one of several is refused", async () => {
        const { settings, file, flash } = await withFile("HOSTNAME=a\n")
        const before = flash.writes.length
        let heard = 0
        settings.subscribe(["HOSTNAME", "SYSLOG_PORT"], () => heard++)
        const change = async () =>
            await changeSettings(settings, { HOSTNAME: "b", SYSLOG_PORT: "x" })
        expect(await fails(change)).toBe(
            `SettingsError: settings file: SYSLOG_PORT (line 2): wanted a whole number: 0 to 65535`
        )
        const unknown = async () =>
            await changeSettings(settings, one("HOSTNAM", "b"))
        expect(await fails(unknown)).toBe(
            "SettingsError: settings file: line 2: no such setting"
        )
        const long = async () =>
            await replaceSettings(settings, "#" + filled(LARGE_FILE_BYTES))
        expect(await fails(long)).toBe(
            "SettingsError: settings file: 1401 bytes, at most 1400 fit"
        )
        expect(heard).toBe(0)
        expect(flash.writes.length).toBe(before)
        expect(settings.get("HOSTNAME")).toBe("a")
        expect((await readFile(file)).text).toBe("HOSTNAME=a\n")
    })

    test("can be changed while another setting of it is wrong", async () => {
        const { settings, file } = await withFile("OLD=1\nHOSTNAME=a\n")
        await changeSettings(settings, { HOSTNAME: "b" })
        expect((await readFile(file)).text).toBe("OLD=1\nHOSTNAME=b\n")
        await changeSettings(settings, one("OLD", undefined))
        expect(messages(settings)).toBe("")
    })

    test("refuses a wrong change however much of it is wrong", async () => {
        const old: string[] = []
        for (let i = 0; i <= MAX_PROBLEMS; i++) old.push(`OLD${i}=1\n`)
        const before = old.join("") + "SYSLOG_PORT=${_PORT:-601}\n"
        const { settings, file } = await withFile(before)
        const outcome = async (changes: SettingChanges) =>
            await fails(async () => await changeSettings(settings, changes))
        const refused =
            "SettingsError: settings file: SYSLOG_PORT (line 18): wanted a whole number: 0 to 65535"
        expect(await outcome({ SYSLOG_PORT: "x" })).toBe(refused)
        expect(await outcome({ _PORT: "x" })).toBe(refused)
        expect((await readFile(file)).text).toBe(before)
        expect(settings.problems().length).toBe(MAX_PROBLEMS)
        const changes = one("OLD0", undefined)
        changes["HOSTNAME"] = "b"
        await changeSettings(settings, changes)
        expect(settings.get("HOSTNAME")).toBe("b")
        expect(settings.problems()[15].key).toBe("OLD16")
    })

    test("stays a problem while a part refuses a setting of it", async () => {
        const { settings, file } = await withFile("HOSTNAME=a\n")
        const outcome = async (changes: SettingChanges) =>
            await fails(async () => await changeSettings(settings, changes))
        let refused = "evil"
        followSettings(settings, "port=SYSLOG_PORT host=SYSLOG_HOST", told => {
            if (told.host === refused) throw new Error("not that host")
        })
        const problem = "SYSLOG_HOST: a listener failed: not that host"
        // it is in the file, and the default for the part: whoever asked for it has to know
        expect(await outcome({ SYSLOG_HOST: "evil" })).toBe(
            "SettingsError: settings file: kept, but " + problem
        )
        expect((await readFile(file)).text).toBe(
            "HOSTNAME=a\nSYSLOG_HOST=evil\n"
        )
        expect(messages(settings)).toBe(problem)
        // changes of others are no news of it
        expect(await outcome({ HOSTNAME: "b" })).toBe("nothing thrown")
        expect(messages(settings)).toBe(problem)
        // but the part does not take its other settings either, set or removed
        for (const text of ["8", undefined])
            expect(await outcome({ SYSLOG_PORT: text })).toBe(
                "SettingsError: settings file: kept, but " + problem
            )
        expect(messages(settings)).toBe(problem)
        settings.set("LOG_BURST", "7")
        expect(messages(settings)).toBe(problem)
        await reloadSettings(settings)
        expect(messages(settings)).toBe(problem)
        // what a part takes later is no problem any more
        refused = ""
        expect(await outcome({ HOSTNAME: "c" })).toBe("nothing thrown")
        expect(messages(settings)).toBe("")
        refused = "evil"
        await outcome({ SYSLOG_PORT: "7" })
        expect(await outcome({ SYSLOG_HOST: "good" })).toBe("nothing thrown")
        expect(messages(settings)).toBe("")
    })

    test("that a part refuses is reported, however much is wrong in the file", async () => {
        const old: string[] = []
        for (let i = 0; i <= MAX_PROBLEMS; i++) old.push(`OLD${i}=1\n`)
        const { settings } = await withFile(old.join(""))
        await checkRefusal(settings)
        expect(settings.problems().length).toBe(MAX_PROBLEMS)
    })

    test("that a part refuses is reported, also when a listener sets others", async () => {
        const { settings } = await withFile("")
        settings.subscribe("SYSLOG_HOST", () => {
            settings.set("SYSLOG_PORT", "6514")
        })
        await checkRefusal(settings)
        expect(settings.get("SYSLOG_PORT")).toBe(6514)
        expect(settings.problems().length).toBe(1)
    })

    test("has no problem of a listener that has ended", async () => {
        const { settings } = await withFile("")
        let heard = 0
        const stop = followSettings(settings, "host=SYSLOG_HOST", () => {
            throw new Error("no")
        })
        expect(messages(settings)).toBe("SYSLOG_HOST: a listener failed: no")
        stop()
        // in the place of the other one
        settings.subscribe("SYSLOG_PORT", () => heard++)
        await changeSettings(settings, { HOSTNAME: "b" })
        expect(messages(settings)).toBe("")
        expect(heard).toBe(0)
    })

    test("takes changes from several fibers, none lost", async () => {
        const { settings, file } = await withFile("")
        let ended = 0
        const change = async (key: string) => {
            await changeSettings(settings, { [key]: "300" })
            ended++
        }
        const keys = ["SYSLOG_PORT", "LOG_BURST", "FLUSH_BYTES", "SAFE_SECONDS"]
        for (const key of keys) change.start(key)
        while (ended < keys.length) await ds.sleep(1)
        const { text } = await readFile(file)
        for (const key of keys) expect(text.includes(key + "=300\n")).toBe(true)
        expect(text.split("\n").length).toBe(5)
    })

    test("is shown without its secrets, and edited so", async () => {
        const { settings, file } = await withFile(
            "WIFI_PWD='hunter22' # home\nX_TOKEN=abc\nHOSTNAME=a\n"
        )
        const shown = await maskedFile(settings)
        expect(shown).toBe("WIFI_PWD=*** # home\nX_TOKEN=***\nHOSTNAME=a\n")
        await changeSettings(settings, one("X_TOKEN", undefined))
        await replaceSettings(settings, "HOSTNAME=b\nWIFI_PWD=***\n")
        expect((await readFile(file)).text).toBe(
            "HOSTNAME=b\nWIFI_PWD=hunter22\n"
        )
        expect(settings.get("WIFI_PWD")).toBe("hunter22")
    })

    // rows: C7
    test("is shown without the password in a URL", async () => {
        const url = "http://u:hunter22@h/"
        const text = `API_URL=${url}\n_OWN=${url}\nSYSLOG_PORT=${url}\n`
        const { settings } = await withFile(text)
        expect((await maskedFile(settings)).indexOf("hunter22")).toBe(-1)
        expect(settings.problems().length).toBe(1)
        expect(settings.problems()[0].message.indexOf("hunter22")).toBe(-1)
        const { text: shown } = settingInfo(settings, "API_URL")
        expect(shown).toBe("***")
        expect(settings.get("API_URL")).toBe(url)
    })

    // rows: O4
    test("that is rolled back comes into force again", async () => {
        const { settings, file } = await withFile("HOSTNAME=a\n")
        await replaceSettings(settings, "HOSTNAME=b\n", { keepPrevious: true })
        expect(settings.get("HOSTNAME")).toBe("b")
        await inTurn(file, async () => await rollBackFile(file))
        const changed = await reloadSettings(settings)
        expect(changed.join()).toBe("HOSTNAME")
        expect(settings.get("HOSTNAME")).toBe("a")
    })
})

function filled(length: number): string {
    const parts: string[] = []
    for (let i = 0; i < length; i++) parts.push("x")
    return parts.join("")
}

describe("a device", () => {
    test("has the short name that Jacdac tools show", () => {
        expect(shortDeviceId("12abdd2289421234")).toBe("SA11")
        expect(shortDeviceId("a1b2c3d4e5f60718")).toBe("RS40")
        expect(shortDeviceId("ffffffffffffffff")).toBe("TX31")
        expect(deviceId().length).toBe(16)
    })
})
