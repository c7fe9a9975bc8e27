import { randomBytes } from "node:crypto"
import { UsageError } from "../errors.ts"
import { readInput } from "../files.ts"
import { type LmsPublicKey, parsePublicKey } from "./lms.ts"
import { isLmsKey, MAX_KEY_BYTES, parseLmsKey, WANTED_KEY } from "./lms-key.ts"

/** Bytes of a key for HMAC-SHA256 and AES-256. */
export const HMAC_KEY_BYTES = 32

/** A key as `--key` takes it. */
export type OtaKey =
    | { kind: "hmac"; file: string; key: Buffer }
    /** `canSign` tells a private key from a public one. */
    | {
          kind: "lms"
          file: string
          publicKey: LmsPublicKey
          canSign: boolean
      }

/** Makes a key for HMAC: 64 hexadecimal digits, the form of `OTA_KEY`. */
export function makeHmacKey(): string {
    return randomBytes(HMAC_KEY_BYTES).toString("hex")
}

/**
 * Reads a key file: 64 hexadecimal digits, an LMS public key in base64, or an LMS private key.
 * @throws UsageError when it cannot be read or is none of them; the text is not repeated
 */
export function readKey(file: string): OtaKey {
    const text = readText(file, "key").trim()
    if (isLmsKey(text)) {
        const { publicKey } = parseLmsKey(file, text)
        return { kind: "lms", file, publicKey, canSign: true }
    }
    const key = parseHmacKey(text)
    if (key) return { kind: "hmac", file, key }
    const publicKey = parsePublicText(text)
    if (publicKey) return { kind: "lms", file, publicKey, canSign: false }
    throw new UsageError(`key "${file}": ${WANTED_KEY}`)
}

/** The key of `OTA_KEY`'s text; undefined when it is none. */
export function parseHmacKey(text: string): Buffer | undefined {
    return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, "hex") : undefined
}

/** The key of `OTA_PUBKEY`'s text; undefined when it is none. */
export function parsePublicText(text: string): LmsPublicKey | undefined {
    return /^[A-Za-z0-9+/]+=*$/.test(text)
        ? parsePublicKey(Buffer.from(text, "base64"))
        : undefined
}

/** Reads a text file. @throws UsageError naming it */
export function readText(file: string, what: string): string {
    return readBytes(file, what).toString("utf8")
}

/** Reads a file. @throws UsageError naming it */
export function readBytes(file: string, what: string): Buffer {
    try {
        return readInput(file, MAX_KEY_BYTES)
    } catch (error) {
        if (!(error instanceof UsageError)) throw error
        throw new UsageError(`${what} ${error.message}`)
    }
}
