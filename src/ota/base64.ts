const ALPHABET =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
const PAD = 61

/**
 * Decodes base64 (RFC 4648, section 4) strictly: only one text stands for the same bytes, so that
 * a flipped bit is always noticed.
 * @returns undefined when the text is malformed
 */
export function decodeBase64(text: Buffer): Buffer | undefined {
    const alphabet = Buffer.from(ALPHABET)
    let end = text.length
    while (end > text.length - 2 && text[end - 1] === PAD) end--
    const bytes = Buffer.alloc((end * 6) >> 3)
    let group = 0
    let bits = 0
    let at = 0
    for (let i = 0; i < end; i++) {
        const value = alphabet.indexOf(text[i])
        if (value < 0) return undefined
        group = (group << 6) | value
        bits += 6
        if (bits >= 8) {
            bits -= 8
            bytes[at++] = group >> bits
            group = group & ((1 << bits) - 1)
        }
    }
    // bits left over before the padding must be 0
    return text.length % 4 === 0 && group === 0 ? bytes : undefined
}
