import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { rowsPage } from "./rows.ts"

/** Features that no test has to name yet. */
const MAY_LACK = ["D2", "D3"]

test("docs/rows.md is made of the tests, and each feature has one", () => {
    const { text, missing } = rowsPage()
    assert.equal(readFileSync("docs/rows.md", "utf8"), text, "npm run rows")
    assert.deepEqual(
        missing.filter(row => !MAY_LACK.includes(row)),
        []
    )
})
