import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { settingsTable } from "../../host/settings/index.ts"
import { FIRMWARE_SETTINGS } from "../../src/settings/firmware.ts"
import { OTA_SETTINGS } from "../../src/ota/settings.ts"

const README = readFileSync("README.md", "utf8")

test("README shows the example as it stands in examples/", () => {
    const example = readFileSync("examples/two-tasks.ts", "utf8")
    assert.ok(README.includes("```ts\n" + example + "```"))
})

test("README's table of settings is the one of the schema", () => {
    // `fiberctl settings docs` prints it
    assert.ok(
        README.includes("\n\n" + settingsTable([FIRMWARE_SETTINGS]) + "\n")
    )
})

test("README's commands are scripts of package.json", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8"))
    const named = [...README.matchAll(/npm (?:run )?(start|test|build)\b/g)]
    assert.ok(named.length >= 3)
    for (const [, name] of named) assert.ok(scripts[name], name)
})

test("README and docs/ota.md show the same update, by commands that are there", () => {
    const shell = /```sh\n(npx fiberctl ota keygen[^]*?)```/
    const [, lines] = shell.exec(README)!
    assert.equal(shell.exec(readFileSync("docs/ota.md", "utf8"))![1], lines)
    assert.equal(lines!.trim().split("\n").length, 5)
    const [, main] = /--main (\S+)/.exec(lines!)!
    assert.ok(readFileSync(main!, "utf8").includes("updateBoard"))
    for (const [, key] of lines!.matchAll(/--set ([A-Z_]+)=/g))
        assert.ok(OTA_SETTINGS.includes(`${key}: `), key)
})
