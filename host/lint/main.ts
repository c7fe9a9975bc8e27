/**
 * `npm run check`'s own lint. Prints what it finds, a line each; the exit code is 1 if there is
 * anything.
 */
import { findNumberConditions } from "./conditions.ts"

const findings = findNumberConditions("tsconfig.json")
for (const { file, line, text, type } of findings)
    console.error(
        `${file}:${line}: "${text}" may be a number (${type}): compare it, as with "!== 0" or "!== undefined"`
    )
process.exitCode = findings.length ? 1 : 0
