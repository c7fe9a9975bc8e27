import type { Command } from "commander"
import { example } from "./example.ts"
import type { BuildCommandOptions } from "./build-run.ts"

/** Adds `fiberctl build`: compile for a board, and check the settings that go with it. */
export function addBuildCommand(program: Command): void {
    program
        .command("build")
        .description("compile a program and check its settings")
        .option("--main <file>", "the program", "src/main.ts")
        .option(
            "--board <name>",
            "the board (default: that of boards/index.ts)"
        )
        .option("--no-optimise", "do not optimise the compiler's image")
        .option(
            "--sizes",
            "show the size of each part, before and after the optimiser"
        )
        .option("--json", "print one JSON object")
        .addHelpText("after", example("build --sizes"))
        .action(async (options: BuildCommandOptions) => {
            const { runBuild } = await import("./build-run.ts")
            await runBuild(options)
        })
}
