// rows: C1
import assert from "node:assert/strict"
import { test } from "node:test"
import {
    eachAssignment,
    editDotenv,
    type SettingChanges,
} from "../../src/settings/writer.ts"
import { Random } from "../vectors/random.ts"

/** Random texts and changes. */
const EDITS = 10_000
const SEED = 20

const noPause = async () => {}

async function edit(text: string, changes: SettingChanges): Promise<string> {
    return await editDotenv(text, changes, noPause)
}

/** The assignments of a text. */
async function read(text: string): Promise<[key: string, value: string][]> {
    const entries: [string, string][] = []
    await eachAssignment(text, noPause, ({ key, value }) => {
        entries.push([key, value])
    })
    return entries
}

test("a change leaves all else as it is", async () => {
    const text = "# head\nA=1 # one\n\nexport B='x\ny'\nC=3"
    assert.equal(
        await edit(text, { A: "2", D: "it's", B: "z" }),
        "# head\nA=2 # one\n\nexport B=z\nC=3\nD=it's\n"
    )
    assert.equal(
        await edit(text, { B: undefined, C: undefined, Z: undefined }),
        "# head\nA=1 # one\n\n"
    )
    assert.equal(await edit(text, { A: "1", B: "x\ny", C: "3" }), text)
    assert.equal(await edit("", { A: "", B: "2" }), "A=\nB=2\n")
})

test("of a key given twice the last one is set, and all are removed", async () => {
    const text = "A=1\nB=2\nA=3\n"
    assert.equal(await edit(text, { A: "4" }), "A=1\nB=2\nA=4\n")
    assert.equal(await edit(text, { A: "1" }), "A=1\nB=2\nA=1\n")
    assert.equal(await edit(text, { A: undefined }), "B=2\n")
})

test("line ends stay what they are", async () => {
    const text = "A=\r\nB=2\r\nC=3"
    assert.equal(
        await edit(text, { A: "1", B: "", D: "4" }),
        "A=1\r\nB=\r\nC=3\r\nD=4\r\n"
    )
    assert.equal(await edit(text, { B: undefined }), "A=\r\nC=3")
})

test("a value that cannot be written names its key", async () => {
    await assert.rejects(
        edit("A='open\n", { B: "2", C: "x'" }),
        /^RangeError: C cannot be written/
    )
})

test("what is changed is read back, and nothing else is", async t => {
    const random = new Random(SEED)
    const some = (most: number) =>
        Array.from({ length: random.below(most) }, () =>
            random.pick(PIECES)
        ).join("")
    let made = 0
    for (let i = 0; i < EDITS; i++) {
        const lineEnd = random.pick(["\n", "\r\n"])
        const text = some(40).replaceAll("\n", lineEnd)
        const changes: SettingChanges = {}
        for (const key of ["A", "B", "D", "constructor"])
            if (random.happens(50))
                changes[key] = random.happens(67) ? some(6) : undefined
        const what = JSON.stringify([text, Object.entries(changes)])
        const edited = await edit(text, changes).catch(() => undefined)
        if (edited === undefined) continue
        made++
        const isOther = ([key]: [string, string]) =>
            !Object.hasOwn(changes, key)
        const entries = await read(edited)
        assert.deepEqual(
            entries.filter(isOther),
            (await read(text)).filter(isOther),
            what
        )
        const values = new Map(entries)
        for (const [key, value] of Object.entries(changes))
            assert.equal(values.get(key), value, what)
    }
    t.diagnostic(`${made} of ${EDITS} changes made, seed ${SEED}`)
    assert.ok(made > EDITS / 2)
})

/** What matters to the grammar. */
const PIECES = [
    ..."AB= :'\"`\\#x\n\n\n",
    ..."\u2028é",
    "A=1\n",
    "B='x y' # c\n",
    'C="a\\nb"\n',
    "A='x\ny'\n",
    "# note\n",
    "A=\n",
    "export B=`m\nn`\n",
]
