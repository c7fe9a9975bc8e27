import type { Command } from "commander"

/** Options of `fiberctl flash read` as commander gives them. */
export interface FlashReadOptions {
    file?: string
    json?: boolean
}

/** Adds `fiberctl flash read`: what a flash image of a board, dead or simulated, holds. */
export function addFlashCommand(program: Command): void {
    program
        .command("flash")
        .description("look into flash images")
        .command("read")
        .description(
            "list the settings in a flash image (secrets masked) and print its log files"
        )
        .argument(
            "<image>",
            "a flash dump of a board, of its flash store, or a simulator's flash.bin"
        )
        .option("--file <name>", "print this log file only")
        .option("--json", "print one JSON object")
        .allowExcessArguments(false)
        .action(async (image: string, options: FlashReadOptions) => {
            const { readFlash } = await import("./flash-read.ts")
            readFlash(image, options)
        })
}
