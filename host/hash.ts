import { createHash } from "node:crypto"

/** SHA-256 of bytes, or of text in UTF-8, in hexadecimal. */
export function hashOf(data: Uint8Array | string): string {
    return createHash("sha256").update(data).digest("hex")
}
