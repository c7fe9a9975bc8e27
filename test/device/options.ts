// rows: T19 L5
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import {
    checkOption,
    optionNames,
    OPTION_ERROR,
    readOptions,
} from "../../src/platform"
import { thrown } from "./support/log"

const TABLE = `
    size: bytes 200 2000 = 1400
    period: ms 0 9000000000 = 300000
    share: number 0 1 = 0.5
    name: text 1 6 = log
    label: text 0 6 =
    time: one-of rfc3339|uptime = rfc3339
    lazy: flag = false
    eager: flag = true
    level: level -1 8 = 3
    files: list
    render: function
    formatter: object?
    bare: int 0 5
`

interface Options {
    size: number
    period: number
    share: number
    name: string
    label: string
    time: string
    lazy: boolean
    eager: boolean
    level: number
    files: unknown[]
    render: () => void
    formatter: object
    bare: number
}

function read(given: any, before?: Options): Options {
    return readOptions<Options>("pump", TABLE, given, before)
}

/** The defaults are made once: all tests run in one slice of the VM's. */
const defaults = read(undefined)

function refused(given: any): string {
    return thrown(() => read(given, defaults))
}

describe("options by a table", () => {
    test("what is left out has its default", () => {
        const options = read(undefined)
        expect(options.size).toBe(1400)
        expect(options.period).toBe(300000)
        expect(options.share).toBe(0.5)
        expect(options.name).toBe("log")
        expect(options.label).toBe("")
        expect(options.time).toBe("rfc3339")
        expect(options.lazy).toBe(false)
        expect(options.eager).toBe(true)
        expect(options.level).toBe(3)
        expect(options.bare === undefined).toBe(true)
        expect(options.render === undefined).toBe(true)
        expect(Object.keys(options).join(" ")).toBe(
            "size period share name label time lazy eager level"
        )
    })
    test("what is given is taken, undefined is left out", () => {
        const render = () => {}
        const options = read({
            size: 200,
            period: 8000000000,
            share: 0.25,
            name: "üü",
            time: "uptime",
            lazy: true,
            eager: false,
            level: -1,
            files: [],
            render,
            formatter: null,
            bare: undefined,
        })
        expect(options.size).toBe(200)
        expect(options.period).toBe(8000000000)
        expect(options.share).toBe(0.25)
        expect(options.name).toBe("üü")
        expect(options.time).toBe("uptime")
        expect(options.lazy).toBe(true)
        expect(options.eager).toBe(false)
        expect(options.level).toBe(-1)
        expect(options.formatter === null).toBe(true)
        expect(options.bare === undefined).toBe(true)
    })
    test("changes keep the rest, and leave the old options as they are", () => {
        const before = read({ size: 300 })
        const after = read({ level: 5 }, before)
        expect(after.size).toBe(300)
        expect(after.level).toBe(5)
        expect(before.level).toBe(3)
    })
    test("a name that is none is refused, those that are wanted are named", () => {
        const names = optionNames(TABLE).join(", ")
        expect(refused({ perod: 5 })).toBe(
            `${OPTION_ERROR}: pump: no option "perod"; wanted ${names}`
        )
        const awkward = [
            "",
            " ",
            "\n",
            ":",
            "size: bytes",
            "=",
            "int",
            "1400\n    period",
            "toString",
            "constructor",
            "rfc3339|uptime",
        ]
        for (const name of awkward) {
            const given: any = {}
            given[name] = 1
            expect(refused(given).includes("no option")).toBe(true)
        }
    })
    test("values out of the limits are refused", () => {
        const size = "pump: size: wanted a whole number, 200 to 2000 bytes, got"
        const wrong: any[] = [
            199,
            2001,
            1400.5,
            NaN,
            Infinity,
            -Infinity,
            null,
            true,
            [],
        ]
        const shown =
            "199 2001 1400.5 NaN Infinity -Infinity null true a list".split(" ")
        for (let i = 0; i < 8; ++i)
            expect(refused({ size: wrong[i] })).toBe(
                `${OPTION_ERROR}: ${size} ${shown[i]}`
            )
        expect(refused({ size: [] })).toBe(`${OPTION_ERROR}: ${size} a list`)
        expect(refused({ size: "1400" })).toBe(
            `${OPTION_ERROR}: ${size} "1400"`
        )
        expect(refused({ size: {} })).toBe(`${OPTION_ERROR}: ${size} an object`)
    })
    test("each kind says what it wants", async () => {
        await ds.sleep(0)
        const cases: any[] = [
            { share: 1.5 },
            "share: wanted 0 to 1, got 1.5",
            { share: NaN },
            "share: wanted 0 to 1, got NaN",
            { period: 9000000001 },
            "period: wanted a whole number, 0 to 9000000000 ms, got 9000000001",
            { name: "" },
            'name: wanted a text of 1 to 6 bytes, got ""',
            { name: "üüüü" },
            'name: wanted a text of 1 to 6 bytes, got "üüüü"',
            { name: 5 },
            "name: wanted a text of 1 to 6 bytes, got 5",
            { time: "utc" },
            'time: wanted rfc3339|uptime, got "utc"',
            { time: "rfc3339|uptime" },
            'time: wanted rfc3339|uptime, got "rfc3339|uptime"',
            { time: "" },
            'time: wanted rfc3339|uptime, got ""',
            { lazy: 1 },
            "lazy: wanted true or false, got 1",
            { lazy: null },
            "lazy: wanted true or false, got null",
            { level: 9 },
            "level: wanted a level, -1 to 8, got 9",
            { files: {} },
            "files: wanted a list, got an object",
            { render: {} },
            "render: wanted a function, got an object",
            { formatter: () => {} },
            "formatter: wanted an object, got a function",
        ]
        for (let i = 0; i < cases.length; i += 2)
            expect(refused(cases[i])).toBe(
                `${OPTION_ERROR}: pump: ${cases[i + 1]}`
            )
    })
    test("options that are no object are refused", () => {
        const wrong: any[] = [5, "x", [1], true, hex`0102`, () => 1]
        for (const given of wrong)
            expect(refused(given).includes("options: wanted an object")).toBe(
                true
            )
        expect(refused(null)).toBe("nothing thrown")
    })
    test("one value is checked without an object", () => {
        expect(thrown(() => checkOption("ring", TABLE, "size", 5))).toBe(
            `${OPTION_ERROR}: ring: size: wanted a whole number, 200 to 2000 bytes, got 5`
        )
        checkOption("ring", TABLE, "size", 500)
    })
    test("names in order", () => {
        const names = optionNames(TABLE)
        expect(names.length).toBe(13)
        expect(names[0]).toBe("size")
        expect(names[12]).toBe("bare")
    })
})
