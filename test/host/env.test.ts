// rows: C6a
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { parse } from "dotenv"
import {
    encodeSetting,
    isSecret,
    parseEnv,
    parseSet,
    toolDifferences,
} from "../../host/env/index.ts"
import { scanEnv } from "../../host/env/scan.ts"
import { UsageError } from "../../host/errors.ts"

const ACCEPTED = `
# a comment
PLAIN=value
SPACES =  some text
export EXPORTED=1
SINGLE='a # in quotes'
DOUBLE="tab\\tand\\nnewline"
BACKTICK=\`it's "both"\`
LINES="first
second # not a comment
third"
EMPTY=
TRAILING=value # comment
QUOTED="value" # comment
EQUALS=a=b=c
APOSTROPHE='don't'
COLON: yes
JSON={"a":1}
LAST="end"`

function values(text: string): Record<string, string> {
    return Object.fromEntries(
        parseEnv(text, "x.env").map(({ key, value }) => [key, value])
    )
}

describe("env files", () => {
    for (const [name, text] of [
        ["LF", ACCEPTED],
        ["CRLF", ACCEPTED.replaceAll("\n", "\r\n")],
        ["a byte order mark", "\uFEFF" + ACCEPTED.trimStart()],
    ])
        test(`read like dotenv does, with ${name}`, () => {
            const expected = parse(text.replace(/^\uFEFF/, ""))
            assert.equal(Object.keys(expected).length, 15)
            assert.deepEqual(values(text), expected)
        })

    test("tell the line of each setting, after values of several lines", () => {
        const line = parseEnv(ACCEPTED, "x").find(e => e.key === "EMPTY")?.line
        assert.equal(line, 12)
    })

    test("tell of an unquoted value that ends at a #", () => {
        const cases: [string, boolean][] = [
            ["x#y", true],
            ["x #y", false],
            ["#FF0000", true],
            ["#", false],
            ["# comment", false],
            [" #FF0000", false],
            ["x # see issue#5", false],
            ["x # a # b", false],
            ["'x#y'", false],
        ]
        for (const [value, cut] of cases) {
            const [entry] = parseEnv(`A=${value}`, "x")
            assert.equal(entry.cutAtHash, cut, value)
        }
    })

    const refused: [string, string, RegExp][] = [
        ["no assignment", "A=1\nnonsense\n", /^x\.env:2: is no assignment/],
        ["no key", "=1", /^x\.env:1: is no assignment/],
        ["lower case", "a=1", /^x\.env:1: wanted a key of upper-case/],
        ["a dash", "A-B=1", /^x\.env:1: wanted a key of upper-case/],
        [
            "a long key",
            "\nA_LONG_KEY_OF_18_C=1",
            /^x\.env:2: a key of 18 characters, at most 13 fit/,
        ],
        [
            "an open quote",
            'A=1\nB="open\nC=2\n',
            /^x\.env:2: has an opening " without a closing one/,
        ],
        [
            "text after a quote",
            "A='x' y",
            /^x\.env:1: has text after the closing '/,
        ],
        [
            "a duplicate",
            "A=1\nB=2\nA=3",
            /^x\.env:3: this key is set in line 1 already/,
        ],
        [
            "a large value",
            `A=${"é".repeat(100)}`,
            /^x\.env:1: the value takes 202 bytes, at most 200 fit/,
        ],
    ]
    for (const [what, text, message] of refused)
        test(`refuse ${what}, naming file and line`, () => {
            assert.throws(
                () => parseEnv(text, "x.env"),
                (error: Error) => {
                    assert.ok(error instanceof UsageError)
                    assert.match(error.message, message)
                    return true
                }
            )
        })

    test("take a value that just fits", () => {
        const value = "x".repeat(198)
        assert.equal(encodeSetting(values(`A=${value}`).A).length, 200)
    })
})

test("a file of many quoted values is read in no time", () => {
    const lines = 64_000
    // one that looks through the rest of the file for each value takes minutes
    const most = 10_000
    for (const line of ["A='x'", 'A="\\"', "A=`x", "A='x\ny'"]) {
        const from = performance.now()
        scanEnv(`${line}\n`.repeat(lines))
        const ms = performance.now() - from
        assert.ok(ms < most, `${line}: ${ms} ms`)
    }
})

test("a setting lies in flash as the DeviceScript tool writes it", () => {
    const stored: [string, string][] = [
        ["514", "514"],
        ["0.5", "0.5"],
        ["true", "true"],
        ['{"a":1}', '{"a":1}'],
        ["text", '"text"'],
        ["007", '"007"'],
        ["1.10", '"1.10"'],
        ["1e3", '"1e3"'],
        ["null", '"null"'],
        ["", '""'],
        ['{"a": 1}', '"{\\"a\\": 1}"'],
    ]
    for (const [value, json] of stored)
        assert.equal(encodeSetting(value).toString(), json, value)
})

describe("--set", () => {
    test("takes the value as it is", () => {
        assert.deepEqual(parseSet("A='x' # y=z ", ""), ["A", "'x' # y=z "])
        assert.deepEqual(parseSet("A=", "--set "), ["A", ""])
    })
    test("refuses what is no setting", () => {
        assert.throws(
            () => parseSet("A", "--set "),
            /^UsageError: --set KEY=VALUE is wanted/
        )
        assert.throws(
            () => parseSet("a=1", ""),
            /^UsageError: a: wanted a key of upper-case/
        )
    })
})

test("secrets are known by their key", () => {
    for (const key of ["WIFI_PWD", "MQTT_PASS", "API_KEY", "TOKEN", "A_SECRET"])
        assert.ok(isSecret(key), key)
    for (const key of ["HOSTNAME", "LOG_LEVEL", "WIFI_SSID"])
        assert.equal(isSecret(key), false, key)
})

describe("what the DeviceScript tool would make of a file", () => {
    test("nothing is reported where both read the same", () => {
        const text =
            '# comment\nA=text\nPORT=514\nON=true\nQ="x y"\nE=\nN=007\n'
        assert.deepEqual(toolDifferences(text, parseEnv(text, "x")), [])
    })

    const changed: [string, RegExp][] = [
        ['A="x # y"', /drops every line with a "#".*would not reach/],
        ["A=x # comment", /drops every line with a "#"/],
        ["export A=x", /does not know "export"/],
        ['A="x\ny"', /knows no values of several lines/],
        ["A = x", /does not find the setting/],
        ["A: x", /does not find the setting/],
        ["A='x'", /would change the value/],
        ["A= x", /would change the value/],
        ["A=1.10", /would change the value/],
        ["A=1e3", /would change the value/],
    ]
    for (const [text, reason] of changed)
        test(`says what becomes of ${JSON.stringify(text)}`, () => {
            const file = `FIRST=1\n${text}\nLAST=1\n`
            const found = toolDifferences(file, parseEnv(file, "x"))
            assert.equal(found.length, 1)
            assert.equal(found[0].line, 2)
            assert.match(found[0].reason, reason)
        })
})
