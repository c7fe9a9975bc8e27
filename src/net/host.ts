/** Longest host name or address, in characters. */
export const MAX_HOST = 64
/** Longest part of a name: RFC 1035, section 2.3.4. */
const MAX_LABEL = 63
const LETTERS = "abcdefghijklmnopqrstuvwxyz-_"
const DIGITS = "0123456789"

/**
 * What is wrong with a text as the name or address of a host, for people; undefined when nothing
 * is. A name, an IPv4 or an IPv6 address; no port, no scheme, no brackets. Empty is none of them,
 * and allowed: there is no host then.
 */
export function hostFault(text: string): string | undefined {
    if (text === "") return undefined
    if (text.length > MAX_HOST) return `wanted at most ${MAX_HOST} characters`
    const low = text.toLowerCase()
    const colon = low.indexOf(":")
    if (colon >= 0)
        return low.indexOf(":", colon + 1) < 0
            ? "wanted a host name or address without a port"
            : addressFault(low)
    let labels = 0
    let numbers = 0
    let start = 0
    while (start <= low.length) {
        const dot = low.indexOf(".", start)
        const end = dot < 0 ? low.length : dot
        const label = low.slice(start, end)
        if (!isLabel(label))
            return "wanted a host name or address: letters, digits, - and _ between single dots"
        labels++
        if (isByte(label)) numbers++
        start = end + 1
    }
    // a name never ends with a number: 1.2.3 and 1.2.3.999 are wrong addresses
    const last = low.slice(low.lastIndexOf(".") + 1)
    if (!consistsOf(last, DIGITS) || (labels === 4 && numbers === 4))
        return undefined
    return "wanted an IPv4 address of four numbers up to 255, or a name"
}

/** A rough check: what an IPv6 address is made of, in parts of four digits at most. */
function addressFault(text: string): string | undefined {
    let parts = 0
    let start = 0
    while (start <= text.length) {
        const colon = text.indexOf(":", start)
        const end = colon < 0 ? text.length : colon
        const part = text.slice(start, end)
        const isLast = end === text.length
        const isMapped = isLast && part.indexOf(".") >= 0
        const known = isMapped
            ? hostFault(part) === undefined
            : part.length <= 4 && consistsOf(part, DIGITS + "abcdef")
        if (!known || ++parts > 9) return "wanted an IPv6 address, or a name"
        start = end + 1
    }
    return undefined
}

function isLabel(label: string): boolean {
    return (
        label.length > 0 &&
        label.length <= MAX_LABEL &&
        consistsOf(label, LETTERS + DIGITS) &&
        label[0] !== "-" &&
        label[label.length - 1] !== "-"
    )
}

function isByte(label: string): boolean {
    return (
        label.length <= 3 && consistsOf(label, DIGITS) && parseInt(label) <= 255
    )
}

function consistsOf(text: string, characters: string): boolean {
    for (let i = 0; i < text.length; ++i)
        if (characters.indexOf(text[i]) < 0) return false
    return true
}
