// Imported before tsx, which keeps what it compiles in the folder for temporary files: where that takes
// no folder, tsx fails or never ends, and does without it when it is told to.
import { mkdtempSync, rmdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

if (!takesFolders(tmpdir())) process.env.TSX_DISABLE_CACHE = "1"

function takesFolders(folder) {
    try {
        rmdirSync(mkdtempSync(join(folder, "fiberctl-")))
        return true
    } catch {
        return false
    }
}
