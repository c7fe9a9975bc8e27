import { skipChars, splitText } from "../platform"

/** Longest host name or address, in characters. */
export const MAX_HOST = 64
const LETTERS = "abcdefghijklmnopqrstuvwxyz-_"
const DIGITS = "0123456789"
/** Characters of IPv6 addresses. */
const ADDRESS = DIGITS + "abcdef:."

/**
 * Checks the name or address of a host: a name, an IPv4 address, or an IPv6 address (of which only
 * the characters are checked), at most MAX_HOST characters; no port, no scheme, no brackets. An
 * empty text is allowed and means no host.
 * @returns what was wanted instead, for an error message; undefined for a valid text
 */
export function hostFault(text: string): string | undefined {
    if (text === "") return undefined
    if (text.length > MAX_HOST) return `at most ${MAX_HOST} characters`
    const low = text.toLowerCase()
    const colon = low.indexOf(":")
    if (colon >= 0) {
        if (low.indexOf(":", colon + 1) < 0)
            return "a host name or address without a port"
        return consistsOf(low, ADDRESS)
            ? undefined
            : "an IPv6 address, or a name"
    }
    // no label is empty, or begins or ends with a hyphen: RFC 1035, section 2.3.1
    const dotted = `.${low}.`
    if (
        dotted.indexOf("..") >= 0 ||
        dotted.indexOf(".-") >= 0 ||
        dotted.indexOf("-.") >= 0 ||
        !consistsOf(dotted, LETTERS + DIGITS + ".")
    )
        return "a host name or address: letters, digits, - and _ between single dots"
    // a name never ends with a number: 1.2.3 and 1.2.3.999 are wrong addresses
    const parts = splitText(low, ".")
    if (!consistsOf(parts[parts.length - 1], DIGITS)) return undefined
    for (const part of parts)
        // no leading zeros: some programs read 010 as 8
        if (parts.length !== 4 || part !== "" + (parseInt(part) & 255))
            return "an IPv4 address of four numbers up to 255, or a name"
    return undefined
}

/**
 * A reason of the VM's socket without the address that it puts first, as in `tcp://host:514: connect
 * ...`, for messages that name the address already.
 */
export function withoutAddress(reason: string): string {
    return reason.indexOf("://") === 3
        ? reason.slice(reason.indexOf(": ") + 2)
        : reason
}

function consistsOf(text: string, characters: string): boolean {
    return skipChars(text, 0, characters) === text.length
}
