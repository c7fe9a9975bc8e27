import { spawn } from "node:child_process"
import { buildProgram } from "../../host/sim/index.ts"

// The fuzz of log calls with 50,000 of them, some ten minutes: `npm run test:log`.

const TOOL = "node_modules/@devicescript/cli/devicescript"
const CLOCK = "./test/device/clock.js"
const TIMEOUT_MS = 3_600_000

const { debugFile } = await buildProgram("test/system/programs/log-fuzz.ts")
const args = ["--import", CLOCK, TOOL, "run", debugFile]
args.push("--test", "--test-self-exit", "--test-timeout", String(TIMEOUT_MS))
const tool = spawn(process.execPath, args, { stdio: "inherit" })
process.exitCode = await new Promise<number>(resolve => {
    tool.on("exit", code => resolve(code ?? 1))
})
