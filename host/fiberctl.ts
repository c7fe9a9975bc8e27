import { CommanderError } from "commander"
import { FirmwareError } from "./errors.ts"
import { systemFailure } from "./files.ts"
import { complain, exit, watchOutput } from "./output.ts"
import { makeProgram } from "./program.ts"

/** Runs the command line. @returns the exit code */
async function main(argv: string[]): Promise<number> {
    const program = makeProgram()
    try {
        await program.parseAsync(argv)
        // a command may end with a verdict, as diff does
        return Number(process.exitCode ?? 0)
    } catch (error) {
        return report(error)
    }
}

/** Tells the user what went wrong, in one line and without a stack trace. @returns the exit code */
function report(error: unknown): number {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const { message, exitCode, path } = error as NodeJS.ErrnoException & {
        exitCode?: unknown
    }
    const words = systemFailure(error)
    if (words !== undefined && path !== undefined)
        complain(`"${path}" ${words}`)
    else
        complain(
            message ?? String(error),
            error instanceof FirmwareError ? error.details : ""
        )
    return typeof exitCode === "number" ? exitCode : 1
}

// the bus library prints messages itself; stdout belongs to the commands
console.debug = () => {}

watchOutput()
exit(await main(process.argv))
