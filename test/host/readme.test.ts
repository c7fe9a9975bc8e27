import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { parse } from "dotenv"

const README = readFileSync("README.md", "utf8")

test("README shows the example as it stands in examples/", () => {
    const example = readFileSync("examples/two-tasks.ts", "utf8")
    assert.ok(README.includes("```ts\n" + example + "```"))
})

test("README's table names every setting, with its default", () => {
    const rows = new Map(
        [...README.matchAll(/^\| `([A-Z_]+)` +\| (.*?) +\|/gm)].map(
            ([, key, text]) => [key, text]
        )
    )
    const defaults = parse(readFileSync(".env.defaults"))
    assert.deepEqual([...rows.keys()], Object.keys(defaults))
    for (const [key, value] of Object.entries(defaults))
        if (value) assert.equal(rows.get(key), "`" + value + "`", key)
})

test("README's commands are scripts of package.json", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8"))
    const named = [...README.matchAll(/npm (?:run )?(start|test|build)\b/g)]
    assert.ok(named.length >= 3)
    for (const [, name] of named) assert.ok(scripts[name], name)
})
