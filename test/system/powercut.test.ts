// rows: R7 R9a
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { CutBoard, noCuts } from "./powercut.ts"

/** Flash logs, and the write of the first run after which the power goes; `powercut-full.ts` takes all. */
const SAMPLE = [
    [1, 1],
    [1, 27],
    [2, 14],
    [3, 40],
]
const counts = noCuts()

for (const [logs, write] of SAMPLE)
    test(`${logs} flash logs, power cut after write ${write}, and in the recovery`, async t => {
        const board = new CutBoard(counts, logs, write)
        t.after(() => board.close())
        assert.equal(await board.run(), true, "the power was not cut")
        assert.equal(await board.run(1), true, "the recovery was not cut")
        assert.equal(
            await board.run(2),
            true,
            "the second recovery was not cut"
        )
        assert.equal(counts.lost, 0)
        assert.deepEqual(counts.faults, [])
    })

after(() => {
    const { cuts, lines, lost } = counts
    console.log(
        `${cuts} power cuts, ${lines} lines checked, ${lost} lines lost`
    )
})
