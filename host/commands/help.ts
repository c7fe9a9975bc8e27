import type { Command } from "commander"
import { example } from "./example.ts"
import { unknownCommand } from "./tool-command.ts"

/** Adds `fiberctl help`: the help of a command, also of one below another. */
export function addHelpCommand(program: Command): void {
    program
        .helpCommand(false)
        .command("help")
        .argument("[command...]", "as settings set")
        .description("display help for command")
        .addHelpText("after", example("help settings set"))
        .action((words: string[]) => findCommand(program, words).outputHelp())
}

/** @throws CommanderError for a word that is no command */
function findCommand(program: Command, words: string[]): Command {
    return words.reduce((command, word) => {
        const found = command.commands.find(below => below.name() === word)
        return found ?? command.error(unknownCommand(command, word))
    }, program)
}
