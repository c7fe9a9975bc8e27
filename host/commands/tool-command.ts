import { Command, type ErrorOptions, type Option } from "commander"
import { nearest } from "../nearest.ts"
import { someText } from "./option-values.ts"

/** How far a word may differ from a command, as a share of its length; a swap is two edits. */
const MAX_SHARE = 0.7

/** Options whose value a word may be that stands alone, by what it looks like. */
const OPTIONS: [option: string, looks: RegExp][] = [
    ["--main", /\.ts$/],
    ["--env", /\.env(\.[^/]*)?$/],
    ["--out", /\.(bin|key|ota)$/],
    ["--port", /^(\/dev\/|COM\d)/i],
    ["--serial", /^(\/dev\/|COM\d)/i],
]

/**
 * A command whose errors about words that it does not take name the word, and what is wanted; its options
 * take no empty value.
 */
export class ToolCommand extends Command {
    override createCommand(name?: string): Command {
        return new ToolCommand(name)
    }

    override createOption(flags: string, description?: string): Option {
        const option = super.createOption(flags, description)
        return option.required ? option.argParser(someText) : option
    }

    override error(message: string, options?: ErrorOptions): never {
        // functions, not methods: commander has more of these than its types tell
        super.error(wordProblem(this, options?.code) ?? message, options)
    }
}

/** What to say of a word that commander does not expect; undefined for its other errors. */
function wordProblem(
    command: Command,
    code: string | undefined
): string | undefined {
    const word = command.args[command.registeredArguments.length]
    if (word === undefined) return undefined
    if (code === "commander.excessArguments") return surplus(command, word)
    // of all commands, commander shows the nearest
    const isGroup = command.parent !== null
    if (code === "commander.unknownCommand" && isGroup)
        return unknownCommand(command, word)
    return undefined
}

function surplus(command: Command, word: string): string {
    const option = optionFor(command, word)
    if (option)
        return `unexpected argument '${word}' (Did you mean ${option} ${word}?)`
    if (command.commands.length) return unknownCommand(command, word)
    const takes = command.registeredArguments.map(argument =>
        argument.required ? `<${argument.name()}>` : `[${argument.name()}]`
    )
    return `unexpected argument '${word}' ('${command.name()}' takes ${takes.join(" ") || "options"} only)`
}

/** The option that a word may be the value of, unless it was given. */
function optionFor(command: Command, word: string): string | undefined {
    const isOpen = (flag: string) =>
        command.options.some(
            option =>
                option.long === flag &&
                command.getOptionValueSource(option.attributeName()) !== "cli"
        )
    const found = OPTIONS.find(
        ([flag, looks]) => looks.test(word) && isOpen(flag)
    )
    return found?.[0]
}

/** What to say of a word that is no command below another. */
export function unknownCommand(command: Command, word: string): string {
    const names = command.commands.map(below => below.name())
    const near = nearest(word, names, MAX_SHARE)
    let hint = names.length
        ? `there are: ${names.join(", ")}`
        : `'${command.name()}' has none`
    if (near) hint = `Did you mean ${near}?`
    return `unknown command '${word}' (${hint})`
}
