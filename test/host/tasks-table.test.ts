// rows: T3 D4
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

/** The cells of the rows that begin with `prefix`, without the white space around them. */
function table(file: string, prefix: string): string[][] {
    return readFileSync(file, "utf8")
        .split("\n")
        .filter(line => line.startsWith(`${prefix}| \``))
        .map(line => line.split("|").map(cell => cell.trim()))
}

test("docs/tasks.md shows the table of states and events as the code has it", () => {
    const code = table("src/tasks/transitions.ts", "// ").map(row =>
        row.slice(1)
    )
    assert.equal(code.length, 9, "a row for each state")
    const states = code.map(row => row[0])
    const docs = table("docs/tasks.md", "")
        .map(row => row.slice(1))
        .filter(
            row => row.length === code[0]!.length && states.includes(row[0])
        )
    assert.deepEqual(docs, code)
})
