import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

const DOCS = ["README.md", "docs/tasks.md"]

function read(path: string): string {
    return readFileSync(path, "utf8")
}

/** All that `pattern` finds in a source file. */
function found(path: string, pattern: RegExp): string[] {
    const names = [...read(path).matchAll(pattern)].map(([, name]) => name!)
    assert.ok(names.length > 5, `${path}: only ${names.length} found`)
    return names
}

/** The names that a text has in code, as `name`, `name: ...`, `name(...)` or `task.name`. */
function named(text: string): Set<string> {
    const code = [...text.matchAll(/`([^`\n]+)`/g)].map(([, words]) => words!)
    return new Set(code.flatMap(words => words.match(/\w+/g) ?? []))
}

const METHOD = /^    (?:async )?(?!constructor|if|for|while)(\w+)\(/gm
const SOURCES: Record<string, string[]> = {
    "option of a task": found(
        "src/tasks/check.ts",
        /[ "]([a-z]\w*):[a-z]+(?=[ "])/g
    ),
    "option of the registry": found(
        "src/tasks/registryoptions.ts",
        /^    (\w+)\??:/gm
    ),
    "method of a task": found("src/tasks/task.ts", METHOD),
    "method of the registry": found("src/tasks/registry.ts", METHOD),
}

for (const path of DOCS)
    for (const [what, names] of Object.entries(SOURCES))
        test(`${path} names every ${what}`, () => {
            const known = named(read(path))
            assert.deepEqual(
                names.filter(name => !known.has(name)),
                []
            )
        })
