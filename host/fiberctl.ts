import { Command, CommanderError } from "commander"
import { addBuildCommand } from "./commands/build.ts"
import { addControlCommands } from "./commands/control.ts"
import { addFlashCommand } from "./commands/flash.ts"
import { addLogsCommand } from "./commands/logs.ts"
import { addOtaCommand } from "./commands/ota.ts"
import { addShowCommand } from "./commands/show.ts"
import { addSimCommand } from "./commands/sim.ts"
import { addStatusCommand } from "./commands/status.ts"
import { FirmwareError } from "./errors.ts"

/** Runs the command line. @returns the exit code */
async function main(argv: string[]): Promise<number> {
    const program = new Command("fiberctl")
        .description(
            "fiberd's tool: simulate and build boards, ask and control them"
        )
        .exitOverride()
        .configureOutput({
            outputError: (text, write) =>
                write(`fiberctl: ${text.replace(/^error: /, "")}`),
        })
    addSimCommand(program)
    addStatusCommand(program)
    addShowCommand(program)
    addControlCommands(program)
    addLogsCommand(program)
    addBuildCommand(program)
    addFlashCommand(program)
    addOtaCommand(program)
    try {
        await program.parseAsync(argv)
        return 0
    } catch (error) {
        return report(error)
    }
}

/** Tells the user what went wrong, in one line and without a stack trace. @returns the exit code */
function report(error: unknown): number {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const { message, exitCode } = error as {
        message?: string
        exitCode?: unknown
    }
    console.error(`fiberctl: ${message ?? error}`)
    if (error instanceof FirmwareError && error.details)
        console.error(error.details)
    return typeof exitCode === "number" ? exitCode : 1
}

// the bus library says things on its own; stdout belongs to the commands
console.debug = () => {}

process.exitCode = await main(process.argv)
// what was printed goes out before the process ends, then nothing may hold it back
process.stdout.write("", () => process.exit())
