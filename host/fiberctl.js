#!/usr/bin/env node
import { mkdtempSync, rmdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { builtProgram } from "./built.js"

// tsx keeps what it compiles there, and in a folder that takes nothing it fails, or never ends
if (!takesFolders(tmpdir())) process.env.TSX_DISABLE_CACHE = "1"

const built = builtProgram("fiberctl")
if (built) await import(built)
else {
    await import("./register.js")
    await import("./fiberctl.ts")
}

function takesFolders(folder) {
    try {
        rmdirSync(mkdtempSync(join(folder, "fiberctl-")))
        return true
    } catch {
        return false
    }
}
