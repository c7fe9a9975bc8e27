// rows: T6
import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { SourceMap } from "../../host/sim/source-map.ts"
import { tempFolder } from "../system/harness.ts"

test("frames become file and line, whatever is none stays", t => {
    const file = join(tempFolder(t), "debug.json")
    const text = "one\ntwo\nthree\n"
    const info = {
        functions: [
            { startpc: 100, size: 20 },
            { startpc: 120, size: 10 },
        ],
        // code 100: file a, line 1; 110: file a, line 3; 120: file b, line 2
        srcmap: [0, 3, 100, 8, 3, 10, 10, 3, 10],
        sources: [
            { path: "a.ts", length: text.length, text },
            { path: "b.ts", length: text.length, text },
        ],
    }
    writeFileSync(file, JSON.stringify(info))
    const map = new SourceMap(file)
    assert.equal(
        map.resolve("failed at gpc:101 gpc:110 gpc:111 gpc:125"),
        "failed at a.ts:1 a.ts:1 a.ts:3 b.ts:2"
    )
    assert.equal(map.resolve(" at inline_F1 (pc:5)"), " at inline (b.ts:2)")
    for (const line of [
        "at gpc:7",
        "at gpc:x",
        " at none_F9 (pc:5)",
        "text",
        // behind the end of the code, as of another build
        "at gpc:131",
        "at gpc:65535",
        " at inline_F1 (pc:11)",
    ])
        assert.equal(map.resolve(line), line)
})

test("a frame of inlined functions becomes the frames that they had", t => {
    const file = join(tempFolder(t), "debug.json")
    const text = "one\ntwo\nthree\n"
    const info = {
        functions: [{ startpc: 100, size: 30 }],
        // code 100: line 1, inlined twice; 110: line 2, inlined once; 120: line 3
        srcmap: [0, 3, 100, 4, 3, 10, 4, 5, 10],
        sources: [
            { path: "a.ts", length: text.length, text },
            { path: "b.ts", length: text.length, text },
        ],
        inlined: {
            sites: [
                { name: "inner", position: 14 + 4, length: 1, outer: 2 },
                { name: "outer", position: 14 + 8, length: 1, outer: 0 },
            ],
            entries: [1, 2, 0],
        },
    }
    writeFileSync(file, JSON.stringify(info))
    const map = new SourceMap(file)
    assert.equal(
        map.resolve("at gpc:105 gpc:115 gpc:125"),
        "at a.ts:1 b.ts:2 b.ts:3 a.ts:2 b.ts:3 a.ts:3"
    )
    assert.equal(
        map.resolve(" at main_F0 (pc:5)"),
        " at inner (a.ts:1) at outer (b.ts:2) at main (b.ts:3)"
    )
})
