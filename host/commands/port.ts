import { type Command, InvalidArgumentError } from "commander"

/** Where a board is plugged in. */
export interface PortOptions {
    port?: string
    baud: number
}

/** Fast enough for a second or two, slow enough for every USB bridge. */
const DEFAULT_BAUD = 460_800

/** Adds `--port` and `--baud`. */
export function addPortOptions(command: Command, baud = DEFAULT_BAUD): void {
    command
        .option(
            "--port <path>",
            "the serial port (default: the only one with a board)"
        )
        .option("--baud <n>", "speed of the port", bauds, baud)
}

function bauds(text: string): number {
    if (!/^\d+$/.test(text) || Number(text) < 1)
        throw new InvalidArgumentError("a number of bits a second is wanted.")
    return Number(text)
}
