// rows: D4
import { execFileSync } from "node:child_process"
import test from "node:test"

test("the session in README.md and docs/fiberctl.md is what fiberctl prints", () => {
    execFileSync(
        process.execPath,
        ["--import", "./host/register.js", "test/record-session.ts", "--check"],
        { stdio: "pipe" }
    )
})
