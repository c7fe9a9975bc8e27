// rows: A5
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, test } from "node:test"
import {
    computedMap,
    ENTRY_BYTES,
    FIRMWARE_SLOTS,
    flashMap,
    FlashStore,
    SETTING_PREFIX,
} from "../../host/flash/index.ts"
import { readSlots } from "../../host/client/index.ts"

const HOUR_MS = 3_600_000
const NO_COUNTS = { writes: 0, bytes: 0, erases: 0 }
/** Values as they lie in flash, in the order of their writing. */
const SIZES = new Map([
    ["LOG_LEVEL", 8],
    ["fd.build", 8],
    ["fd.boot", 16],
    ["fd.cfga0", 48],
    ["fd.log00", 200],
    ["fd.log01", 120],
    ["fd.tasks", 64],
])

describe("the map of a flash that nobody can read", () => {
    test("is that of a store after its next compaction", () => {
        const store = FlashStore.format()
        // written until the store has been compacted, each time in the same order of keys
        const first = store.layout().area
        for (let i = 0; store.layout().area === first; ++i)
            store.set(":fd.log00", Buffer.alloc(200, i))
        const end = store.layout().freeBytes
        for (const [key, bytes] of SIZES)
            store.set(SETTING_PREFIX + key, Buffer.alloc(bytes, 1))
        const read = flashMap(store, NO_COUNTS, 0)
        const live = read.pieces.filter(({ isLive }) => isLive)
        const computed = computedMap(SIZES, NO_COUNTS, 0)
        const told = (pieces: typeof live) =>
            pieces.map(({ key, kind, size }) => [key, kind, size])
        assert.ok(end > 0)
        assert.deepEqual(told(computed.pieces), told(live))
        assert.equal(computed.areaBytes, read.areaBytes)
        assert.equal(computed.isComputed, true)
        assert.equal(read.isComputed, false)
        let offset = computed.areaBytes
        for (const { key, offset: at, size } of computed.pieces) {
            offset -= size
            assert.equal(at, offset, key)
        }
    })

    test("counts the erases that the store comes to, and the same life", () => {
        const store = FlashStore.format()
        for (const [key, bytes] of SIZES)
            store.set(SETTING_PREFIX + key, Buffer.alloc(bytes, 1))
        const { areaBytes } = store.layout()
        const writes = 3000
        const counts = { ...NO_COUNTS }
        for (let i = 0; i < writes; ++i) {
            const { area } = store.layout()
            store.set(":fd.log00", Buffer.alloc(196, i))
            counts.bytes += 200 + ENTRY_BYTES
            if (store.layout().area === area) continue
            counts.erases += areaBytes / 4096
            counts.bytes += areaBytes - store.layout().freeBytes - 224
        }
        const written = { writes, bytes: writes * 196 }
        const told = computedMap(SIZES, written, HOUR_MS)
        const read = flashMap(store, counts, HOUR_MS)
        // the store is in the midst of an area
        const { erases } = told.counts
        assert.ok(
            Math.abs(erases - counts.erases) < areaBytes / 4096,
            `${erases}, ${counts.erases}`
        )
        const share = told.years! / read.years!
        assert.ok(share > 0.95 && share < 1.05, `${told.years} ${read.years}`)
    })

    test("asks for every slot of the firmware, and for the settings", async () => {
        const asked: string[] = []
        const sizes = await readSlots({
            settings: async () => [
                { key: "COLOUR", text: "red", origin: "default" },
                { key: "no key", text: "", origin: "default" },
            ],
            slots: async keys => {
                asked.push(...keys)
                return keys.map(key => (key === "fd.log23" ? 200 : 0))
            },
        })
        assert.deepEqual([...sizes], [["fd.log23", 200]])
        assert.deepEqual(asked, ["COLOUR", ...FIRMWARE_SLOTS])
        assert.equal(new Set(asked).size, asked.length)
        const parts = asked.filter(key => key.startsWith("fd.cfga"))
        const firmware = readFileSync("src/settings/file.ts", "utf8")
        const most = /LARGE_FILE_BYTES = (\d+)/.exec(firmware)
        assert.equal((parts.length - 1) * 200, Number(most![1]))
    })
})
