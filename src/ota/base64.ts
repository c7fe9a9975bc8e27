/** Value of each character of base64 below 128; 64 for those that are none. */
const VALUES = hex`40404040404040404040404040404040 40404040404040404040404040404040 4040404040404040404040 3e 404040 3f 3435363738393a3b3c3d 40404040404040 000102030405060708090a0b0c0d0e0f10111213141516171819 404040404040 1a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30313233 4040404040`
const PAD = 61

/**
 * Decodes base64 (RFC 4648, section 4) strictly: one text for the same bytes, so that a flipped
 * bit never goes unseen.
 * @returns undefined when it is none
 */
export function decodeBase64(text: Buffer): Buffer | undefined {
    const { length } = text
    if (length % 4 !== 0) return undefined
    let pads = 0
    while (pads < 2 && pads < length && text[length - 1 - pads] === PAD) pads++
    const bytes = Buffer.alloc(Math.idiv(length, 4) * 3 - pads)
    let at = 0
    for (let i = 0; i < length; i += 4) {
        let group = 0
        for (let j = i; j < i + 4; j++) {
            const value = j < length - pads ? VALUES[text[j] & 127] : 0
            if (value > 63 || text[j] > 127) return undefined
            group = (group << 6) | value
        }
        for (let shift = 16; shift >= 0; shift -= 8) {
            const byte = (group >> shift) & 255
            if (at < bytes.length) bytes[at++] = byte
            else if (byte !== 0) return undefined
        }
    }
    return bytes
}
