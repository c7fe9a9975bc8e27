import type { Command } from "commander"
import { UsageError } from "../errors.ts"
import { nearest } from "../nearest.ts"

/** How far a word may differ from a command, as a share of its length; a swap is two edits. */
const MAX_SHARE = 0.7

/** What the help of a command ends with. @param words what follows `fiberctl` */
export function example(words: string): string {
    return `\nExample:\n  $ fiberctl ${words}`
}

/**
 * Refuses words after a command that has commands below it and does something by itself: commander
 * takes such a word for an argument, and does not know the nearest.
 * @throws UsageError
 */
export function refuseWords({ args, commands }: Command): void {
    const [word] = args
    if (word === undefined) return
    const names = commands.map(command => command.name())
    const near = nearest(word, names, MAX_SHARE)
    const hint = near
        ? `Did you mean ${near}?`
        : `there are: ${names.join(", ")}`
    throw new UsageError(`unknown command '${word}' (${hint})`)
}
