import type { Command } from "commander"
import { addImageOptions } from "./image.ts"
import { addPortOptions } from "./port.ts"
import { example } from "./example.ts"
import { addFlashMapCommand } from "./flash-map.ts"
import type { FlashReadOptions } from "./flash-read.ts"
import type { FlashOptions } from "./flash-run.ts"

/** Adds `fiberctl flash`, which writes a board, `fiberctl flash read`, which looks into images, and `fiberctl flash map`. */
export function addFlashCommand(program: Command): void {
    const command = program
        .command("flash")
        .description(
            "build a program and write it to a board, with the VM and the settings"
        )
        .enablePositionalOptions()
        .addHelpText(
            "after",
            example("flash --board esp32_devkit_c --port /dev/ttyUSB0")
        )
    addImageOptions(command)
    addPortOptions(command)
    command
        .option("--dry-run", "make the image and write nothing")
        .action(async (options: FlashOptions) => {
            const { runFlash } = await import("./flash-run.ts")
            await runFlash(options)
        })
    addReadCommand(command)
    addFlashMapCommand(command)
}

function addReadCommand(command: Command): void {
    command
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
        .addHelpText("after", example("flash read dump.bin --file error.log"))
        .action(async (image: string, options: FlashReadOptions) => {
            const { readFlash } = await import("./flash-read.ts")
            readFlash(image, options)
        })
}
