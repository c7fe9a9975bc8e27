import type { Command } from "commander"
import { addBoardsCommand } from "./commands/boards.ts"
import { addBuildDirOption } from "./commands/build-dir.ts"
import { addBuildCommand } from "./commands/build.ts"
import { addCatCommand } from "./commands/cat.ts"
import { addCompletionCommand } from "./commands/completion.ts"
import { addControlCommands } from "./commands/control.ts"
import { addDecodeCommand } from "./commands/decode.ts"
import { addDevicesCommand } from "./commands/devices.ts"
import { addFlashCommand } from "./commands/flash.ts"
import { addHandlersCommand } from "./commands/handlers.ts"
import { addHelpCommand } from "./commands/help.ts"
import { addImageCommand } from "./commands/image.ts"
import { addLevelCommand } from "./commands/level.ts"
import { addLogsCommand } from "./commands/logs.ts"
import { addMetricsCommand } from "./commands/metrics.ts"
import { addMonitorCommand, addUpCommand } from "./commands/monitor.ts"
import { addNewCommand } from "./commands/new.ts"
import { addOtaCommand } from "./commands/ota.ts"
import { addPipeCommand } from "./commands/pipe.ts"
import { addRebootCommand } from "./commands/reboot.ts"
import { addSafeModeCommand } from "./commands/safe-mode.ts"
import { addSettingsCommand } from "./commands/settings.ts"
import { addShowCommand } from "./commands/show.ts"
import { addSimCommand } from "./commands/sim.ts"
import { addStatsCommand } from "./commands/stats.ts"
import { addStatusCommand } from "./commands/status.ts"
import { addTimeCommand } from "./commands/time.ts"
import { ToolCommand } from "./commands/tool-command.ts"
import { addTopCommand } from "./commands/top.ts"
import { addWebCommand } from "./commands/web.ts"
import { complain } from "./output.ts"
import { version } from "./version.ts"

/** The command line, with all its commands. */
export function makeProgram(): Command {
    const program = new ToolCommand("fiberctl")
        .description(
            "fiberd's tool: build firmware, simulate boards, query and control them"
        )
        .version(version())
        // a command may define its own --version
        .enablePositionalOptions()
        .exitOverride()
        .configureOutput({
            // with the nearest name, which commander prints on a separate line
            outputError: text =>
                complain(
                    text
                        .replace(/^error: /, "")
                        .trim()
                        .replace(/\n+/g, " ")
                ),
        })
    addSimCommand(program)
    addStatusCommand(program)
    addShowCommand(program)
    addControlCommands(program)
    addCatCommand(program)
    addLogsCommand(program)
    addLevelCommand(program)
    addHandlersCommand(program)
    addStatsCommand(program)
    addMetricsCommand(program)
    addTopCommand(program)
    addWebCommand(program)
    addSettingsCommand(program)
    addTimeCommand(program)
    addSafeModeCommand(program)
    addRebootCommand(program)
    addDevicesCommand(program)
    addPipeCommand(program)
    addBuildCommand(program)
    addBoardsCommand(program)
    addUpCommand(program)
    addImageCommand(program)
    addFlashCommand(program)
    addMonitorCommand(program)
    addDecodeCommand(program)
    addOtaCommand(program)
    addNewCommand(program)
    addCompletionCommand(program)
    addHelpCommand(program)
    addBuildDirOption(program)
    return program
}
