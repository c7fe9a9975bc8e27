// rows: D4
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

const DOCS = ["docs/tasks.md"]

function read(path: string): string {
    return readFileSync(path, "utf8")
}

/** All that `pattern` finds in a source file, from `start` to the line `end`. */
function found(
    path: string,
    start: string,
    end: string,
    pattern: RegExp
): string[] {
    const text = read(path)
    const from = text.indexOf(start)
    const part = text.slice(from, text.indexOf(`\n${end}\n`, from))
    const names = [...part.matchAll(pattern)].map(([, name]) => name!)
    assert.ok(names.length > 5, `${path}: only ${names.length} found`)
    return names
}

/** The names that a text has in code, as `name`, `name: ...`, `name(...)` or `task.name`. */
function named(text: string): Set<string> {
    const code = [...text.matchAll(/`([^`\n]+)`/g)].map(([, words]) => words!)
    return new Set(code.flatMap(words => words.match(/\w+/g) ?? []))
}

const METHOD = /^    (?:async )?(?!constructor|if|for|while)(\w+)\(/gm
const OPTIONS = "src/tasks/options.ts"
const SOURCES: Record<string, string[]> = {
    "option of a task": found(
        OPTIONS,
        "export const TASK_OPTIONS",
        "`",
        /^ {4}(\w+): /gm
    ),
    "option of the registry": [
        ...found(
            OPTIONS,
            "export interface RegistryOptions",
            "}",
            /^ {4}(\w+)\??:/gm
        ),
        "maxShortStarts",
        "safeModeMs",
    ],
    "method of a task": found(
        "src/tasks/task.ts",
        "class SupervisedTask",
        "}",
        METHOD
    ),
    "method of the registry": found(
        "src/tasks/registry.ts",
        "export class TaskRegistry",
        "}",
        METHOD
    ),
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
