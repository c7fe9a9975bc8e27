// rows: C3
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { parse } from "dotenv"
import { parseEnv, toolDifferences } from "../../host/env/index.ts"
import { nextEntry, scanDotenv } from "../../src/settings/dotenv.ts"
import { firmwareSettings } from "../../src/settings/firmware.ts"
import { findRule, schemaKeys } from "../../src/settings/schema.ts"

const path = new URL("../../.env.defaults", import.meta.url)
const text = readFileSync(path, "utf8")
const wanted = parse(text)

test(".env.defaults has the keys of the firmware's schema, in its order", () => {
    const declared = schemaKeys(firmwareSettings())
    assert.equal(declared.length, 30)
    assert.deepEqual(Object.keys(wanted), declared)
})

test(".env.defaults has the defaults of the schema", () => {
    for (const [key, value] of Object.entries(wanted))
        assert.equal(findRule(firmwareSettings(), key)?.fallback, value, key)
})

test("FLUSH_BYTES goes to half of the flash log's queue, as a fuller one drops lines", () => {
    const logs = new URL("../../src/firmware/logs.ts", import.meta.url)
    const queue = /queueBytes: (\d+)/.exec(readFileSync(logs, "utf8"))?.[1]
    const [rule] = firmwareSettings().flatMap(
        table => /^FLUSH_BYTES: int 1 (\d+) /m.exec(table)?.[1] ?? []
    )
    assert.equal(Number(rule), Number(queue) / 2)
})

test("the DeviceScript tool reads .env.defaults as npm dotenv does", () => {
    assert.deepEqual(toolDifferences(text, parseEnv(text, ".env.defaults")), [])
})

test("the device's own reader does, too", () => {
    const scan = scanDotenv(text)
    const read: Record<string, string> = {}
    while (scan.at < scan.text.length) {
        const entry = nextEntry(scan)
        if (entry) read[entry.key] = entry.value
    }
    assert.deepEqual(read, { ...wanted })
})
