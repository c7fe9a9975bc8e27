import type { Command } from "commander"
import { RUNTIME_BAUD } from "../serial/baud.ts"
import { addImageOptions } from "./image.ts"
import type { ImageOptions } from "./image-run.ts"
import { addPortOptions, type PortOptions } from "./port.ts"
import { example } from "./example.ts"
import type { MonitorOptions } from "./monitor-run.ts"

/** Options of `fiberctl up` as commander gives them. */
export type UpOptions = ImageOptions & PortOptions & { timestamps?: boolean }

/** Adds `fiberctl monitor`: the log of a board on its serial port. */
export function addMonitorCommand(program: Command): void {
    const command = program
        .command("monitor")
        .description(
            "show a board's log on its serial port, with file and line for stack frames"
        )
        .option(
            "--main <file>",
            "the program, for its last build",
            "src/main.ts"
        )
        .addHelpText(
            "after",
            example("monitor --port /dev/ttyUSB0 --timestamps")
        )
    addPortOptions(command, RUNTIME_BAUD)
    command
        .option("--json", "print one JSON object a line")
        .option(
            "--timestamps",
            "prefix each line with the time of this machine"
        )
        .action(async (options: MonitorOptions) => {
            const { runMonitor } = await import("./monitor-run.ts")
            process.exitCode = await runMonitor(options)
        })
}

/** Adds `fiberctl up`: build, image, flash and monitor in one. */
export function addUpCommand(program: Command): void {
    const command = program
        .command("up")
        .description("build a program, write it to a board and show its log")
        .addHelpText("after", example("up --board esp32_devkit_c"))
    addImageOptions(command)
    addPortOptions(command)
    command
        .option(
            "--timestamps",
            "prefix each line with the time of this machine"
        )
        .action(async (options: UpOptions) => {
            const { runFlash } = await import("./flash-run.ts")
            const { runMonitor } = await import("./monitor-run.ts")
            const { debugFile } = await runFlash(options)
            const { port, main, timestamps, json } = options
            process.exitCode = await runMonitor(
                { port, main, timestamps, json, baud: RUNTIME_BAUD },
                debugFile
            )
        })
}
