import { type Command, InvalidArgumentError } from "commander"
import { type Level, LEVELS, parseLevel } from "../levels.ts"
import { type Kind, KINDS } from "../view/kinds.ts"
import { portNumber, secondsReader } from "./option-values.ts"
import { example } from "./example.ts"
import { notForImage, type SimCommandOptions } from "./sim-options.ts"

/** Options about a build and its settings: an image has its own. */
const FOR_A_BUILD = new Set([
    "board",
    "optimise",
    "env",
    "set",
    "syslog",
    "watch",
])

const seconds = secondsReader("500ms, 5s, 2m or 1h")

/** Adds `fiberctl sim`: a simulated board that runs a program, seen live. */
export function addSimCommand(program: Command): void {
    const command = program
        .command("sim")
        .description(
            "build a program, run it on a simulated board and show what it does"
        )
        .addHelpText(
            "after",
            example("sim --main examples/two-tasks.ts --for 10")
        )
    addBoardOptions(command)
    addViewOptions(command)
    addCheckOptions(command)
    command.action(async (options: SimCommandOptions) => {
        const { count } = options
        if (options.image !== undefined) checkImageOptions(command)
        if (count !== undefined) {
            const { runFleet } = await import("./sim-fleet.ts")
            process.exitCode = await runFleet({ ...options, count })
            return
        }
        const { runSim } = await import("./sim-run.ts")
        process.exitCode = await runSim(options)
    })
}

/** @throws UsageError for an option that an image cannot heed */
function checkImageOptions(command: Command): void {
    for (const option of command.options) {
        const name = option.attributeName()
        if (
            FOR_A_BUILD.has(name) &&
            command.getOptionValueSource(name) === "cli"
        )
            throw notForImage(option.long!)
    }
}

function addBoardOptions(command: Command): void {
    command
        .option("--main <file>", "the program", "src/main.ts")
        .option(
            "--board <name>",
            "build for this board (default: that of boards/index.ts)"
        )
        .option(
            "--image <file>",
            "boot this flash image of `fiberctl image` as it is, and build nothing"
        )
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
        .option(
            "--state <dir>",
            "folder of the board's state, flash included (default: a folder for each program in fiberctl/state of the --build-dir)"
        )
        .option("--fresh", "erase the board's flash first")
        .option(
            "--watch",
            "build and restart when a source or a setting changes; the flash is kept"
        )
        .option(
            "--web [port]",
            "serve a console for the browser (default port: 8383)",
            portNumber
        )
        .option(
            "--syslog <host:port>",
            "log to this collector instead of the embedded one"
        )
        .option("--no-collector", "run no embedded syslog collector")
        .option(
            "--for <seconds>",
            "end this long after the program has started (default: never)",
            seconds
        )
        .option("--count <n>", "several boards on one bus", wholeNumber)
}

function addViewOptions(command: Command): void {
    command
        .option("--json", "print one JSON object a line, of all kinds")
        .option(
            "--only <kinds>",
            `show only these, of ${KINDS.join(",")} (default: log,board)`,
            kinds
        )
        .option("--no-led", "do not show the LED")
        .option(
            "--level <level>",
            "show log lines of this level or worse",
            level
        )
        .option("--task <pattern>", "show log lines of these tasks or topics")
        .option("--quiet", "show nothing: only the exit code counts")
}

function addCheckOptions(command: Command): void {
    command
        .option(
            "--expect <text>",
            "end with 0 once a log line has this text or matches this /RE/; may be repeated, then all must be seen",
            collect,
            []
        )
        .option(
            "--fail-on <what>",
            "fail (1) on a panic, a line of this level or worse, or one that has this text or matches this /RE/",
            collect,
            []
        )
        .option(
            "--timeout <seconds>",
            "give up (4) this long after the program has started",
            seconds
        )
        .option(
            "--scenario <file>",
            "play a scenario (YAML or TypeScript): power cuts, collector, link, button, clock, settings, at times or on lines"
        )
        .option(
            "--allow-panics",
            "do not fail when a program panics repeatedly"
        )
}

function collect(value: string, before: string[]): string[] {
    return [...before, value]
}

function wholeNumber(text: string): number {
    if (!/^[1-9]\d{0,3}$/.test(text))
        throw new InvalidArgumentError("a number of boards is wanted.")
    return Number(text)
}

function kinds(text: string): Kind[] {
    return text.split(",").map(word => {
        const kind = KINDS.find(kind => kind === word.trim())
        if (!kind)
            throw new InvalidArgumentError(
                `"${word}" is none of ${KINDS.join(", ")}.`
            )
        return kind
    })
}

function level(text: string): Level {
    const name = parseLevel(text)
    if (name) return name
    throw new InvalidArgumentError(`"${text}" is none of ${LEVELS.join(", ")}.`)
}
