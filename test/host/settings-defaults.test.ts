import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { parse } from "dotenv"
import { parseEnv, toolDifferences } from "../../host/env/index.ts"
import { DotenvReader } from "../../src/settings/dotenv.ts"

const path = new URL("../../.env.defaults", import.meta.url)
const text = readFileSync(path, "utf8")
const wanted = parse(text)

test(".env.defaults has the keys of the firmware's schema, in its order", () => {
    const schema = new URL("../../src/settings/firmware.ts", import.meta.url)
    const keys = readFileSync(schema, "utf8").matchAll(/^ {8}([A-Z_]+): /gm)
    const declared = [...keys].map(([, key]) => key)
    assert.equal(declared.length, 27)
    assert.deepEqual(Object.keys(wanted), declared)
})

test("the DeviceScript tool reads .env.defaults as npm dotenv does", () => {
    assert.deepEqual(toolDifferences(text, parseEnv(text, ".env.defaults")), [])
})

test("the device's own reader does, too", () => {
    const reader = new DotenvReader(text)
    const read: Record<string, string> = {}
    while (!reader.done()) {
        const entry = reader.next()
        if (entry) read[entry.key] = entry.value
    }
    assert.deepEqual(read, { ...wanted })
})
