import type { Command } from "commander"
import { example } from "./example.ts"
import type { DecodeOptions } from "./decode-run.ts"

/** Adds `fiberctl decode`: file and line for the stack frames in any text. */
export function addDecodeCommand(program: Command): void {
    program
        .command("decode")
        .description(
            "resolve stack frames (gpc:N) in a board's lines to file and line, and explain panic codes"
        )
        .argument("[file]", "the text (default: standard input)")
        .option(
            "--main <file>",
            "the program, for its last build",
            "src/main.ts"
        )
        .option(
            "--build <id>",
            "the build that the lines are of, until they name another"
        )
        .option("--json", "print one JSON object a line")
        .addHelpText("after", example("decode /var/log/greenhouse.log"))
        .action(async (file: string | undefined, options: DecodeOptions) => {
            const { runDecode } = await import("./decode-run.ts")
            await runDecode(file, options)
        })
}
