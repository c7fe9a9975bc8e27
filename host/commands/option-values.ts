// Readers of option values that several commands take, as commander calls them.
import { InvalidArgumentError } from "commander"
import { parseDuration } from "../words.ts"

/** Reads an option that is any text but an empty one, as of a variable that a script has not set. */
export function someText(text: string): string {
    if (!text) throw new InvalidArgumentError("a value is wanted.")
    return text
}

/** Reads an option that is a TCP port; 0 is any free one. */
export function portNumber(text: string): number {
    const port = Number(text)
    if (!/^\d{1,5}$/.test(text) || port > 65535)
        throw new InvalidArgumentError("a port (0 to 65535) is wanted.")
    return port
}

/** Reads an option that is an address to listen on; an empty one would be every address. */
export function hostAddress(text: string): string {
    if (!text) throw new InvalidArgumentError("an address is wanted.")
    return text
}

/** Reads an option that is the address of a page, below which a proxy has others. */
export function proxyAddress(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash)
        throw new InvalidArgumentError(
            "an address as https://roof.example/console/ is wanted."
        )
    if (!url.pathname.endsWith("/")) url.pathname += "/"
    return url
}

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
