/** What is hashed: the bytes of a buffer, or a text as UTF-8. */
export type Hashed = Buffer | string

interface HashNatives {
    digest(key: Buffer | undefined, algorithm: "sha256", data: Hashed[]): Buffer
}

interface CipherNatives {
    /** Adding `DECRYPT` to the bytes of the tag decrypts. */
    encrypt(
        algorithm: "aes-256-ccm",
        key: Buffer,
        nonce: Buffer,
        tagBytes: number
    ): Buffer
}

const natives = Buffer as unknown as HashNatives
const DECRYPT = 0x1000

/** SHA-256 over the concatenation of `data`: 32 bytes. */
export function sha256(data: Hashed[]): Buffer {
    return natives.digest(undefined, "sha256", data)
}

/** HMAC-SHA256 (RFC 2104) over the concatenation of `data`: 32 bytes. */
export function hmacSha256(key: Buffer, data: Hashed[]): Buffer {
    return natives.digest(key, "sha256", data)
}

/**
 * Decrypts AES-256-CCM (RFC 3610) and checks the tag.
 * @param key 32 bytes
 * @param nonce 13 bytes
 * @param sealed the ciphertext, followed by the tag
 * @param tagBytes length of the tag: 4, 8 or 16
 * @returns undefined when the tag does not match
 */
export function openCcm(
    key: Buffer,
    nonce: Buffer,
    sealed: Buffer,
    tagBytes: number
): Buffer | undefined {
    const cipher = sealed as unknown as CipherNatives
    try {
        return cipher.encrypt("aes-256-ccm", key, nonce, DECRYPT + tagBytes)
    } catch (e: any) {
        return undefined
    }
}

/** Whether two buffers hold the same bytes; the time taken does not tell where they differ. */
export function equalBytes(a: Buffer | undefined, b: Buffer): boolean {
    if (!a || a.length !== b.length) return false
    let differences = 0
    for (let i = 0; i < a.length; i++) differences |= a[i] ^ b[i]
    return differences === 0
}
