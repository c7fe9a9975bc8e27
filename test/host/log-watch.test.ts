import assert from "node:assert/strict"
import { test } from "node:test"
import { FlashStore } from "../../host/flash/index.ts"
import { LogWatch } from "../../host/sim/log-watch.ts"
import { VECTOR_SLOTS } from "../vectors/flash-log.ts"

function storeOf(slots: string[]): FlashStore {
    const store = FlashStore.format()
    slots.forEach((hex, i) =>
        store.set(
            `:fd.log${String(i).padStart(2, "0")}`,
            Buffer.from(hex, "hex")
        )
    )
    return store
}

test("tells of log files that grew or were rotated, once", () => {
    const watch = new LogWatch()
    assert.deepEqual(watch.look(storeOf([])), [])
    const first = watch.look(storeOf(VECTOR_SLOTS))
    assert.equal(first.length, 2)
    assert.match(first[0], /^error\.log: \d+ lines$/)
    assert.match(first[1], /^error\.log\.1: \d+ lines$/)
    assert.deepEqual(watch.look(storeOf(VECTOR_SLOTS)), [])
    const emptied = VECTOR_SLOTS.map((hex, i) => (i === 0 ? "" : hex))
    const changed = watch.look(storeOf(emptied)).join()
    assert.match(changed, /error\.log/)
})

test("another content of the second file is a rotation", () => {
    const watch = new LogWatch()
    const store = storeOf(VECTOR_SLOTS)
    watch.look(store)
    // the last slot of the vector belongs to error.log.1
    store.delete(`:fd.log0${VECTOR_SLOTS.length - 1}`)
    assert.deepEqual(watch.look(store), ["rotated; error.log.1: 1 lines"])
})
