// rows: A1
import assert from "node:assert/strict"
import test from "node:test"
import { startSimulator } from "./harness.ts"
import { flood, fuzz, heapLeft } from "./remote-fuzz.ts"

/** Heap that the service may take at rest, in bytes. */
const MOST_AT_REST = 1200

test("2,000 hostile packets leave the board as it was", async t => {
    await fuzz(t, 2000, 1 + (Date.now() % 1_000_000))
})

test("a flood leaves the board its heartbeat", async t => {
    await flood(t, 4000)
})

test("the service takes little heap at rest", async t => {
    const left = async (main: string) =>
        heapLeft(await startSimulator(t, { main }))
    const without = await left("test/system/programs/remote-heap-none.ts")
    const withIt = await left("test/system/programs/remote-heap.ts")
    console.log(`the service takes ${without - withIt} bytes of heap at rest`)
    assert.ok(without - withIt <= MOST_AT_REST, `${without - withIt}`)
})
