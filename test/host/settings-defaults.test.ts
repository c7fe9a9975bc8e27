import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { parse } from "dotenv"
import { DotenvReader } from "../../src/settings/dotenv.ts"

const path = new URL("../../.env.defaults", import.meta.url)
const text = readFileSync(path, "utf8")
const wanted = parse(text)

test(".env.defaults has the keys of the firmware's schema, in its order", () => {
    const schema = new URL("../../src/settings/firmware.ts", import.meta.url)
    const keys = readFileSync(schema, "utf8").matchAll(/^ {8}([A-Z_]+): /gm)
    const declared = [...keys].map(([, key]) => key)
    assert.equal(declared.length, 13)
    assert.deepEqual(Object.keys(wanted), declared)
})

test("the DeviceScript tool reads .env.defaults as npm dotenv does", () => {
    // its rules: a line with a hash sign is dropped, the rest parts at the first `=`, untrimmed
    const lines = text.split("\n").filter(line => line && !line.includes("#"))
    const read = lines.map(line => {
        const at = line.indexOf("=")
        return [line.slice(0, at), line.slice(at + 1)]
    })
    assert.deepEqual(Object.fromEntries(read), { ...wanted })
    for (const [key = ""] of read) assert.ok(key.length <= 13, key)
})

test("the device's own reader does, too", () => {
    const reader = new DotenvReader(text.slice(text.indexOf("HOSTNAME")))
    const read: Record<string, string> = {}
    while (!reader.done()) {
        const entry = reader.next()
        if (entry) read[entry.key] = entry.value
    }
    assert.deepEqual(read, { ...wanted })
})
