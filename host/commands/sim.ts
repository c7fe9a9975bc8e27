import { type Command, InvalidArgumentError, Option } from "commander"
import type { SettingSources } from "../sim/index.ts"

/** Options of `fiberctl sim` as commander gives them. */
export interface SimCommandOptions extends SettingSources {
    main: string
    optimise: boolean
    state?: string
    fresh?: boolean
    collector: boolean
    for?: number
    count?: number
    json?: boolean
}

/** Adds `fiberctl sim`: a simulated board that runs a program, seen live. */
export function addSimCommand(program: Command): void {
    program
        .command("sim")
        .description(
            "build a program, run it on a simulated board and show what it does"
        )
        .option("--main <file>", "the program", "src/main.ts")
        .option("--no-optimise", "run the compiler's image as it is")
        .option(
            "--env <file>",
            "settings in dotenv form; may be repeated, later wins",
            collect,
            []
        )
        .option(
            "--set <key=value>",
            "one setting; may be repeated, wins over files",
            collect,
            []
        )
        .option("--state <dir>", "where the board's flash lives and survives")
        .option("--fresh", "erase the board's flash first")
        .addOption(
            new Option(
                "--syslog <host:port>",
                "log to this collector instead of the embedded one"
            )
        )
        .option("--no-collector", "run no embedded syslog collector")
        .option(
            "--for <seconds>",
            "end this long after the program has started",
            seconds
        )
        .option("--count <n>", "several boards on one bus", wholeNumber)
        .option("--json", "print one JSON object a line")
        .allowExcessArguments(false)
        .action(async (options: SimCommandOptions) => {
            const { count } = options
            if (count !== undefined) {
                const { runFleet } = await import("./sim-fleet.ts")
                return runFleet({ ...options, count })
            }
            const { runSim } = await import("./sim-run.ts")
            await runSim(options)
        })
}

function collect(value: string, before: string[]): string[] {
    return [...before, value]
}

function seconds(text: string): number {
    const value = Number(text)
    if (!/^\d+(\.\d+)?$/.test(text) || value <= 0)
        throw new InvalidArgumentError("a number of seconds is wanted.")
    return value
}

function wholeNumber(text: string): number {
    if (!/^[1-9]\d{0,3}$/.test(text))
        throw new InvalidArgumentError("a number of boards is wanted.")
    return Number(text)
}
