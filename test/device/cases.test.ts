import assert from "node:assert/strict"
import { test } from "node:test"
import { runCases } from "../system/device-programs.ts"

test("single cases run by a text in their names", async () => {
    assert.equal(await runCases("each method writes its level"), 1)
})

test("a text that is in no name runs nothing", async () => {
    assert.equal(await runCases("no case is called like this"), 0)
})
