// rows: D4
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { settingsTable } from "../../host/settings/docs.ts"
import { firmwareSettings } from "../../src/settings/firmware.ts"
import { OTA_SETTINGS } from "../../src/ota/settings.ts"
import { PAGES, pageText } from "../../host/site/pages.ts"

const read = (page: string) => readFileSync(page, "utf8")

test("docs/quick-start.md shows the example as it is in examples/", () => {
    const example = read("examples/two-tasks.ts")
    assert.ok(read("docs/quick-start.md").includes("```ts\n" + example + "```"))
})

test("docs/settings.md has the table of settings that the schema gives", () => {
    // `fiberctl settings docs` prints it
    const table = settingsTable(firmwareSettings())
    assert.ok(read("docs/settings.md").includes("\n\n" + table + "\n"))
})

test("docs/ota.md shows an update by settings that are there", () => {
    const [, lines] = /```sh help\n(npx fiberctl ota keygen[^]*?)```/.exec(
        read("docs/ota.md")
    )!
    assert.equal(lines!.trim().split("\n").length, 5)
    const [, main] = /--main (\S+)/.exec(lines!)!
    assert.ok(read(main!).includes("OTA_SETTINGS"))
    for (const [, key] of lines!.matchAll(/--set ([A-Z_]+)=/g))
        assert.ok(OTA_SETTINGS.includes(`${key}: `), key)
})

test("what the pages of the board call is at the door", () => {
    const door = new Set(read("src/index.api.txt").match(/\w+/g))
    const pages = ["tasks", "log", "flash-log", "heartbeat", "syslog"]
    const calls = [...pages, "settings", "ota"].flatMap(page => {
        const code = read(`docs/${page}.md`).replaceAll(/^```[^]*?^```/gm, "")
        return [...code.matchAll(/`[^`]+`/g)].flatMap(([span]) =>
            [...span.matchAll(/\b([a-z]\w*)\(/gi)].map(([, name]) => name!)
        )
    })
    assert.ok(calls.length > 60, `${calls.length} calls`)
    // the host's, and rsyslog's
    const others = ["readLogFiles", "main_queue"]
    const unknown = calls.filter(
        name => !door.has(name) && !others.includes(name)
    )
    assert.deepEqual(unknown, [])
})

test("what the pages call of an object is a method of its class", () => {
    const door = read("src/index.api.txt")
    const classes: Record<string, string[]> = {
        settings: ["Settings"],
        tasks: ["TaskRegistry"],
        task: ["Task"],
        log: ["LogSystem", "Logger"],
    }
    const methods = (name: string) => {
        const [body] = new RegExp(
            `^(?:class|interface) ${name}\\b[^]*?^}`,
            "m"
        ).exec(door)!
        return [...body.matchAll(/^ {4}(?:async )?(\w+)[<(]/gm)].map(
            ([, method]) => method!
        )
    }
    // what is gone is told by the changes
    const pages = PAGES.filter(({ source }) => source !== "CHANGELOG.md").map(
        ({ source }) => pageText(source)
    )
    const calls = pages.flatMap(page => [
        ...page.matchAll(/\b(settings|tasks|task|log)\.(\w+)\(/g),
    ])
    assert.ok(calls.length > 60, `${calls.length} calls`)
    const unknown = calls
        .filter(
            ([, object, method]) =>
                !classes[object!]!.flatMap(methods).includes(method!)
        )
        .map(([call]) => call)
    assert.deepEqual(unknown, [])
})

test("README is a screen or two: at most 105 lines", () => {
    const lines = read("README.md").split("\n").length
    assert.ok(lines <= 105, `${lines} lines`)
})
