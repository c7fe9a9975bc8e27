import { type Command, Option } from "commander"
import { example } from "./example.ts"
import type { ImageOptions } from "./image-run.ts"

/** Adds `fiberctl image`: one file for a board's flash, with VM, program and settings. */
export function addImageCommand(program: Command): void {
    const command = program
        .command("image")
        .description(
            "make one flash image of the VM, the program and the settings"
        )
        .addHelpText(
            "after",
            example("image --board esp32_devkit_c --set HOSTNAME=roof")
        )
    addImageOptions(command)
    command
        .option(
            "--out <file>",
            "the image (default: fiberd-BOARD-OFFSET.bin in the working folder)"
        )
        .action(async (options: ImageOptions) => {
            const { runImage } = await import("./image-run.ts")
            await runImage(options)
        })
}

/** Adds the options that say what goes into an image. */
export function addImageOptions(command: Command): void {
    command
        .option("--main <file>", "the program", "src/main.ts")
        .addOption(boardOption())
        .option(
            "--env <file>",
            "settings in dotenv form, after .env.defaults and .env.local; may be repeated, later wins",
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
            "--runtime <file>",
            "the board's DeviceScript VM (default: the one in the cache)"
        )
        .option("--json", "print JSON")
}

/** `--board`. */
export function boardOption(): Option {
    return new Option(
        "--board <name>",
        "the board, of those that `fiberctl boards` lists (default: that of boards/index.ts)"
    )
}

function collect(value: string, before: string[]): string[] {
    return [...before, value]
}
