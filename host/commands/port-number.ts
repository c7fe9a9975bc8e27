import { InvalidArgumentError } from "commander"

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
