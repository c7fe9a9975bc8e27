import type { Command } from "commander"
import { shellWord } from "../words.ts"
import { example } from "./example.ts"

/** Adds `fiberctl new`: a project to begin with. */
export function addNewCommand(program: Command): void {
    program
        .command("new")
        .description("make a project that builds, runs and tests at once")
        .argument("<dir>", "its folder, new or empty; names the project")
        .option("--json", "print one JSON object")
        .addHelpText("after", example("new greenhouse"))
        .action(async (folder: string, { json }: { json?: boolean }) => {
            const { makeProject } = await import("./new-run.ts")
            const files = makeProject(folder)
            if (json) return console.log(JSON.stringify({ folder, files }))
            console.log(`made ${folder}; next:

    cd ${shellWord(folder)}
    npm install
    npm start`)
        })
}
