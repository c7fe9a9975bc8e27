import assert from "node:assert/strict"
import { linkSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import test from "node:test"
import { buildDir, setBuildDir } from "../../host/build-dir.ts"
import { buildId } from "../../host/flash/index.ts"
import { findDebugFile, keepDebugFile } from "../../host/sim/debug-files.ts"
import { tempFolder } from "../system/harness.ts"

// rows: B3
test("who reads debug information has it whole while it is kept again", t => {
    const folder = tempFolder(t)
    const before = buildDir()
    setBuildDir(folder)
    t.after(() => setBuildDir(before))
    const bytecode = Buffer.alloc(256, 7)
    const debug = join(folder, "debug-info")
    writeFileSync(debug, '{"first":1}')
    keepDebugFile(bytecode, debug)
    const kept = findDebugFile(buildId(bytecode))!
    // as a process that has opened it
    const opened = join(folder, "opened")
    linkSync(kept, opened)
    writeFileSync(debug, '{"second":2}')
    keepDebugFile(bytecode, debug)
    assert.equal(readFileSync(opened, "utf8"), '{"first":1}')
    assert.equal(readFileSync(kept, "utf8"), '{"second":2}')
})
