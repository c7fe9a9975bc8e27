import type { Command } from "commander"
import { setBuildDir, TOOL_FOLDER } from "../build-dir.ts"

/** Adds `--build-dir` to all commands of `program`. */
export function addBuildDirOption(program: Command): void {
    for (const command of program.commands) {
        addBuildDirOption(command)
        command.option(
            "--build-dir <dir>",
            `where builds, boards' states and VMs are kept (default: ${TOOL_FOLDER}, or $FIBERCTL_BUILD_DIR)`
        )
        command.hook("preAction", () => {
            const { buildDir } = command.opts<{ buildDir?: string }>()
            if (buildDir !== undefined) setBuildDir(buildDir)
        })
    }
}
