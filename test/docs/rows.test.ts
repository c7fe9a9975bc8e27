import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { rowsPage } from "./rows.ts"

test("docs/rows.md is made of the tests, and each feature has one", () => {
    const { text, missing } = rowsPage()
    assert.equal(readFileSync("docs/rows.md", "utf8"), text, "npm run rows")
    assert.deepEqual(missing, [])
})
