import { InvalidArgumentError } from "commander"
import { parseDuration } from "../words.ts"

/**
 * Makes the reader of an option that is a time: a number of seconds, or one with a unit.
 * @param examples times with units, for the error
 * @param takesZero whether 0 is a time, too
 */
export function secondsReader(
    examples: string,
    takesZero = false
): (text: string) => number {
    return text => {
        const ms = parseDuration(text)
        if (ms === undefined || (ms === 0 && !takesZero))
            throw new InvalidArgumentError(
                `a number of seconds is wanted, or a time as ${examples}.`
            )
        return ms / 1000
    }
}
