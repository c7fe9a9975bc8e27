// Runs a long campaign in the VM, on a clock of its own: `npm run test:model`, `npm run test:log`.
// Exits with 0 when all its tests passed, or it said that it survived.
import { buildProgram } from "../../host/sim/index.ts"
import { SourceMap } from "../../host/sim/source-map.ts"
import { runImage } from "./run-image.ts"

/** Longest run, in ms of the VM's clock. */
const LIMIT_MS = 24 * 3_600_000

const { bytecode, debugFile } = await buildProgram(process.argv[2]!)
const sources = new SourceMap(debugFile)
let hasSurvived = false
const { panic } = await runImage(bytecode, {
    limitMs: LIMIT_MS,
    line: text => {
        console.log(sources.resolve(text))
        hasSurvived = text.startsWith("> survived")
        return hasSurvived
    },
})
if (panic) console.error(`panic ${panic}`)
process.exit(hasSurvived || panic === 0 ? 0 : 1)
