import type { Command } from "commander"

/** Adds `fiberctl new`: a project to begin with. */
export function addNewCommand(program: Command): void {
    program
        .command("new")
        .description("make a project that builds, runs and tests at once")
        .argument("<dir>", "its folder, new or empty; names the project")
        .allowExcessArguments(false)
        .action(async (folder: string) => {
            const { makeProject } = await import("./new-run.ts")
            makeProject(folder)
        })
}
